package io.socketserver.fork;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The buffers of a pool's links, used again: each request has a link of its own, and
 * direct memory that nobody uses any more is only given back by a garbage collection.
 * Used in the loop thread.
 */
final class LinkBuffers {

	private static final int INPUT = FrameType.HEADER + FrameType.MAX_PAYLOAD;

	private static final int OUTPUT = 2 * FrameType.HEADER + FrameType.MAX_DATA;

	// Beyond what a burst has left behind, they are not kept.
	private static final int KEPT = 64;

	private final Deque<ByteBuffer> inputs = new ArrayDeque<>();

	private final Deque<ByteBuffer> outputs = new ArrayDeque<>();

	/**
	 * A buffer for one frame that comes in.
	 */
	ByteBuffer takeInput() {
		ByteBuffer kept = this.inputs.pollLast();
		return (kept != null) ? kept.clear() : ByteBuffer.allocateDirect(INPUT);
	}

	/**
	 * A buffer for what goes out.
	 */
	ByteBuffer takeOutput() {
		ByteBuffer kept = this.outputs.pollLast();
		return (kept != null) ? kept.clear() : ByteBuffer.allocateDirect(OUTPUT);
	}

	/**
	 * Nobody uses the two any more. One that has grown is not kept.
	 */
	void giveBack(ByteBuffer input, ByteBuffer output) {
		if (this.inputs.size() < KEPT) {
			this.inputs.addLast(input);
		}
		if (this.outputs.size() < KEPT && output.capacity() == OUTPUT) {
			this.outputs.addLast(output);
		}
	}

}
