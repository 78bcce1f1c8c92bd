package io.socketserver.fork;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/**
 * A datagram that a handler sends.
 *
 * @param to where to
 * @param bytes its bytes, from position to limit
 */
record SendFrame(SocketAddress to, ByteBuffer bytes) {

	byte[] encode() {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream(this.bytes.remaining() + 64);
		try (DataOutputStream out = new DataOutputStream(bytes)) {
			StartFrame.write(out, this.to);
			byte[] copy = new byte[this.bytes.remaining()];
			this.bytes.duplicate().get(copy);
			out.write(copy);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("A datagram that cannot be described to the pool", ex);
		}
		return bytes.toByteArray();
	}

	static SendFrame decode(ByteBuffer payload) throws IOException {
		byte[] bytes = new byte[payload.remaining()];
		payload.get(bytes);
		try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
			SocketAddress to = StartFrame.address(in);
			return new SendFrame(to, ByteBuffer.wrap(in.readAllBytes()));
		}
	}

}
