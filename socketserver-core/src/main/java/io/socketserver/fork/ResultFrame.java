package io.socketserver.fork;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.CloseReason;
import io.socketserver.request.ConnectionClosedException;
import io.socketserver.request.StopServing;

/**
 * How a handler ended.
 *
 * @param number the request's number
 * @param requests how many requests within the connection it has begun
 * @param forced whether the handler itself has closed it by force
 * @param reason why the connection ends, if the worker knows
 * @param error what the handler threw
 */
record ResultFrame(long number, long requests, boolean forced, @Nullable CloseReason reason,
		@Nullable Throwable error) {

	private static final int MAX_CAUSES = 8;

	private static final int MAX_ELEMENTS = 200;

	private static final int MAX_TEXT = 4096;

	// What is left out of the frame's bound when a stack is too long for it.
	private static final int ROOM = FrameType.MAX_PAYLOAD - 4 * MAX_TEXT;

	byte[] encode() {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (DataOutputStream out = new DataOutputStream(bytes)) {
			out.writeLong(this.number);
			out.writeLong(this.requests);
			out.writeBoolean(this.forced);
			out.writeUTF((this.reason != null) ? this.reason.name() : "");
			int causes = 0;
			for (Throwable each = this.error; each != null && causes < MAX_CAUSES
					&& out.size() < ROOM; each = each.getCause()) {
				write(out, each);
				causes++;
			}
			out.writeBoolean(false);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("A result that cannot be written to memory", ex);
		}
		return bytes.toByteArray();
	}

	private static void write(DataOutputStream out, Throwable error) throws IOException {
		out.writeBoolean(true);
		out.writeUTF(error.getClass().getName());
		String message = error.getMessage();
		out.writeBoolean(message != null);
		out.writeUTF(clip(Objects.requireNonNullElse(message, "")));
		StackTraceElement[] stack = error.getStackTrace();
		for (int i = 0; i < Math.min(stack.length, MAX_ELEMENTS) && out.size() < ROOM; i++) {
			out.writeBoolean(true);
			out.writeUTF(clip(stack[i].getClassName()));
			out.writeUTF(clip(stack[i].getMethodName()));
			out.writeUTF(clip(Objects.requireNonNullElse(stack[i].getFileName(), "")));
			out.writeInt(stack[i].getLineNumber());
		}
		out.writeBoolean(false);
	}

	// A character may take three bytes.
	private static String clip(String text) {
		return (text.length() <= MAX_TEXT / 3) ? text : text.substring(0, MAX_TEXT / 3);
	}

	static ResultFrame decode(ByteBuffer payload) throws IOException {
		byte[] bytes = new byte[payload.remaining()];
		payload.get(bytes);
		try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
			long number = in.readLong();
			long requests = in.readLong();
			boolean forced = in.readBoolean();
			String reason = in.readUTF();
			return new ResultFrame(number, requests, forced, reason.isEmpty() ? null : CloseReason.valueOf(reason),
					readError(in));
		}
	}

	/**
	 * The error as the server's own process has it, which knows the request.
	 */
	@Nullable Throwable error(String id) {
		boolean closed = this.error instanceof HandlerFailedException failed
				&& failed.failure().equals(ConnectionClosedException.class.getName());
		return (closed && this.reason != null) ? new ConnectionClosedException(id, this.reason, this.error)
				: this.error;
	}

	private static @Nullable Throwable readError(DataInputStream in) throws IOException {
		if (!in.readBoolean()) {
			return null;
		}
		String type = in.readUTF();
		boolean hasMessage = in.readBoolean();
		String text = in.readUTF();
		StackTraceElement[] stack = readStack(in);
		Throwable cause = readError(in);
		Throwable error = error(type, hasMessage ? text : null, cause);
		error.setStackTrace(stack);
		return error;
	}

	private static StackTraceElement[] readStack(DataInputStream in) throws IOException {
		List<StackTraceElement> stack = new ArrayList<>();
		while (in.readBoolean()) {
			String type = in.readUTF();
			String method = in.readUTF();
			String file = in.readUTF();
			stack.add(new StackTraceElement(type, method, file.isEmpty() ? null : file, in.readInt()));
		}
		return stack.toArray(StackTraceElement[]::new);
	}

	/**
	 * What the server itself looks at keeps its class.
	 */
	private static Throwable error(String type, @Nullable String message, @Nullable Throwable cause) {
		if (type.equals(SocketTimeoutException.class.getName())) {
			return new SocketTimeoutException(message);
		}
		if (type.equals(StopServing.class.getName())) {
			return new StopServing((message != null) ? message : "");
		}
		return new HandlerFailedException(type, message, cause);
	}

}
