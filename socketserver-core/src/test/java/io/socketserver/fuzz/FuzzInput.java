package io.socketserver.fuzz;

import java.util.Arrays;

/**
 * Bytes of a fuzzer: the first choose options, the others are a stream.
 */
final class FuzzInput {

	private final byte[] bytes;

	private int position;

	FuzzInput(byte[] bytes) {
		this.bytes = bytes;
	}

	/**
	 * The next option.
	 * @param bound the number of its values
	 * @return from 0 to below the bound; 0 where there are no more bytes
	 */
	int option(int bound) {
		return (this.position < this.bytes.length) ? (this.bytes[this.position++] & 0xff) % bound : 0;
	}

	/**
	 * The next option of four bytes.
	 * @return any number
	 */
	int number() {
		return option(256) << 24 | option(256) << 16 | option(256) << 8 | option(256);
	}

	/**
	 * All bytes that are left.
	 * @return the stream
	 */
	byte[] stream() {
		return Arrays.copyOfRange(this.bytes, this.position, this.bytes.length);
	}

}
