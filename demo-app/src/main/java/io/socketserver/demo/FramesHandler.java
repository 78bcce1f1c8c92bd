package io.socketserver.demo;

import io.socketserver.message.MessageConnection;
import io.socketserver.message.MessageHandler;
import io.socketserver.spring.RequestHandler;

/**
 * Answers each frame as it came. Runs off the loop, where it could block.
 */
@RequestHandler("frames")
class FramesHandler implements MessageHandler<byte[], byte[]> {

	@Override
	public byte[] onMessage(MessageConnection<byte[]> connection, byte[] frame) {
		return frame;
	}

}
