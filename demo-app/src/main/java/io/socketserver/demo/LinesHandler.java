package io.socketserver.demo;

import java.nio.ByteBuffer;

import io.socketserver.message.MessageConnection;
import io.socketserver.message.MessageHandler;
import io.socketserver.spring.RequestHandler;

/**
 * Answers each line as it came. Never blocks, so it runs on the loop.
 */
@RequestHandler("lines")
class LinesHandler implements MessageHandler<ByteBuffer, ByteBuffer> {

	@Override
	public ByteBuffer onMessage(MessageConnection<ByteBuffer> connection, ByteBuffer line) {
		return line;
	}

}
