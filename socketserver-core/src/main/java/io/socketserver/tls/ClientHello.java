package io.socketserver.tls;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * The first message of a handshake, of which only the server's name matters here: it
 * decides which context goes on with the handshake (RFC 8446, 4.1.2; RFC 6066, 3).
 *
 * @param serverName the name the client asks for, if it does
 */
record ClientHello(Optional<String> serverName) {

	private static final int HANDSHAKE = 22;

	private static final int RECORD_HEADER = 5;

	private static final int MESSAGE_HEADER = 4;

	// Real ones have less than 3 KiB, post-quantum key shares included.
	private static final int MAX_MESSAGE = 16 * 1024;

	private static final int SERVER_NAME = 0;

	private static final ClientHello UNREADABLE = new ClientHello(Optional.empty());

	/**
	 * Whether bytes can be the begin of one.
	 */
	static boolean maybe(ByteBuffer in) {
		int at = in.position();
		return in.get(at) == HANDSHAKE && (in.remaining() < 2 || in.get(at + 1) == 3)
				&& (in.remaining() < RECORD_HEADER || (in.getShort(at + 3) & 0xffff) <= MAX_MESSAGE)
				&& (in.remaining() <= RECORD_HEADER || in.get(at + RECORD_HEADER) == 1);
	}

	/**
	 * Reads one without consuming it. What cannot be understood is left to the engine,
	 * which knows what to answer.
	 * @return null as long as bytes are missing
	 */
	static @Nullable ClientHello parse(ByteBuffer in) {
		ByteBuffer message = ByteBuffer.allocate(in.remaining());
		ByteBuffer records = in.duplicate();
		while (records.remaining() >= RECORD_HEADER) {
			if (records.get(records.position()) != HANDSHAKE) {
				return UNREADABLE;
			}
			int length = records.getShort(records.position() + 3) & 0xffff;
			records.position(records.position() + RECORD_HEADER);
			int there = Math.min(length, records.remaining());
			message.put(records.slice().limit(there));
			records.position(records.position() + there);
		}
		return read(message.flip());
	}

	private static @Nullable ClientHello read(ByteBuffer message) {
		if (message.remaining() < MESSAGE_HEADER) {
			return null;
		}
		int length = message.getInt(0) & 0xffffff;
		if (length > MAX_MESSAGE) {
			return UNREADABLE;
		}
		if (message.remaining() < MESSAGE_HEADER + length) {
			return null;
		}
		message.position(MESSAGE_HEADER).limit(MESSAGE_HEADER + length);
		try {
			return new ClientHello(serverNameOf(message));
		}
		catch (BufferUnderflowException | IllegalArgumentException ignored) {
			return UNREADABLE;
		}
	}

	private static Optional<String> serverNameOf(ByteBuffer hello) {
		skip(hello, 2 + 32); // version and random
		skip(hello, hello.get() & 0xff); // session id
		skip(hello, hello.getShort() & 0xffff); // cipher suites
		skip(hello, hello.get() & 0xff); // compression methods
		if (!hello.hasRemaining()) {
			return Optional.empty();
		}
		ByteBuffer extensions = take(hello, hello.getShort() & 0xffff);
		while (extensions.hasRemaining()) {
			int type = extensions.getShort() & 0xffff;
			ByteBuffer extension = take(extensions, extensions.getShort() & 0xffff);
			if (type == SERVER_NAME) {
				return hostName(extension);
			}
		}
		return Optional.empty();
	}

	private static Optional<String> hostName(ByteBuffer extension) {
		ByteBuffer names = take(extension, extension.getShort() & 0xffff);
		int type = names.get();
		ByteBuffer name = take(names, names.getShort() & 0xffff);
		boolean readable = type == 0 && isPrintable(name);
		return readable ? Optional.of(StandardCharsets.US_ASCII.decode(name).toString()) : Optional.empty();
	}

	/**
	 * The name gets into logs: RFC 6066 wants a host's name in ASCII.
	 */
	private static boolean isPrintable(ByteBuffer name) {
		boolean printable = name.hasRemaining() && name.remaining() <= 255;
		for (int i = name.position(); printable && i < name.limit(); i++) {
			printable = name.get(i) > ' ' && name.get(i) < 127;
		}
		return printable;
	}

	private static void skip(ByteBuffer in, int count) {
		in.position(in.position() + count);
	}

	private static ByteBuffer take(ByteBuffer in, int count) {
		ByteBuffer part = in.slice().limit(count);
		skip(in, count);
		return part;
	}

}
