package io.socketserver.fork;

import java.nio.ByteBuffer;

/**
 * A datagram for a worker.
 *
 * @param truncated whether it was longer
 * @param bytes its bytes
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record PacketFrame(boolean truncated, byte[] bytes) {

	byte[] encode() {
		return ByteBuffer.allocate(1 + this.bytes.length).put((byte) (this.truncated ? 1 : 0)).put(this.bytes).array();
	}

	static PacketFrame decode(ByteBuffer payload) {
		boolean truncated = payload.get() == 1;
		byte[] bytes = new byte[payload.remaining()];
		payload.get(bytes);
		return new PacketFrame(truncated, bytes);
	}

}
