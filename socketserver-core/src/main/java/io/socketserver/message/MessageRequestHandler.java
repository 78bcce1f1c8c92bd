package io.socketserver.message;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

import io.socketserver.framing.FrameDecoder;
import io.socketserver.request.CloseReason;
import io.socketserver.request.ConnectionClosedException;
import io.socketserver.request.IdleHandler;
import io.socketserver.request.StreamRequestHandler;

/**
 * Calls a message handler in the thread its connection has: reads a frame, calls, writes
 * the reply. A stage is waited for, which keeps the order of the replies.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
final class MessageRequestHandler<I, O> extends StreamRequestHandler implements IdleHandler {

	// How often a thread that waits for a stage looks whether its connection is gone.
	private static final long STAGE_POLL_MILLIS = 100;

	private final MessageService<I, O> service;

	private final MessageHandler<I, O> handler;

	private @Nullable ThreadMessageConnection<I, O> connection;

	MessageRequestHandler(MessageService<I, O> service, MessageHandler<I, O> handler) {
		this.service = service;
		this.handler = handler;
	}

	MessageHandler<I, O> handler() {
		return this.handler;
	}

	private ThreadMessageConnection<I, O> messages() {
		ThreadMessageConnection<I, O> current = this.connection;
		if (current == null) {
			throw new IllegalStateException("setup(Request) was not called");
		}
		return current;
	}

	@Override
	protected void setup() {
		this.connection = new ThreadMessageConnection<>(connection(), this.service, wfile());
	}

	@Override
	public void handle() throws Exception {
		try {
			this.handler.onOpen(messages());
			serve(this.service.framing().newDecoder());
		}
		catch (Throwable ex) {
			fail(ex);
			connection().endsWith(ex);
			throw ex;
		}
	}

	private void serve(FrameDecoder decoder) throws Exception {
		while (!messages().isEnding()) {
			if (messages().isPaused()) {
				wfile().flush();
				messages().awaitReads();
			}
			byte[] frame = rfile().readFrame(decoder);
			if (frame == null) {
				return;
			}
			I message = this.service.codec().decode(ByteBuffer.wrap(frame).asReadOnlyBuffer());
			Object reply = this.handler.onMessage(messages(), message);
			if (reply instanceof CompletionStage<?> stage) {
				wfile().flush();
				reply = await(stage.toCompletableFuture());
			}
			if (reply != null) {
				messages().reply(this.service.message(reply));
			}
			else {
				connection().endRequest();
			}
			messages().openTls();
		}
	}

	private @Nullable Object await(CompletableFuture<?> stage) throws Exception {
		while (true) {
			try {
				return stage.get(STAGE_POLL_MILLIS, TimeUnit.MILLISECONDS);
			}
			catch (TimeoutException ex) {
				if (connection().isForced()) {
					throw new ConnectionClosedException(connection().id(),
							connection().closeReason().orElse(CloseReason.CLOSED_BY_SERVER), ex);
				}
			}
			catch (ExecutionException ex) {
				throw (ex.getCause() instanceof Exception cause) ? cause : ex;
			}
		}
	}

	/**
	 * Sends the handler's last message, if it has one and the peer may still get it.
	 */
	private void fail(Throwable error) {
		if (error instanceof ConnectionClosedException || !connection().isWritable()) {
			return;
		}
		try {
			O last = this.handler.onError(messages(), error);
			if (last != null) {
				messages().reply(last);
			}
		}
		catch (Throwable ex) {
			error.addSuppressed(ex);
		}
	}

	@Override
	public boolean idle() throws Exception {
		messages().inTurn(this.handler::onIdle);
		return connection().closeReason().isEmpty();
	}

	@Override
	public void goodbye() throws Exception {
		messages().inTurn(this.handler::onGoodbye);
	}

	/**
	 * The last call: settles why the connection ends, so that the handler can be told.
	 */
	@Override
	public void finish() throws Exception {
		messages().end();
		try {
			if (connection().isWritable()) {
				wfile().flush();
			}
		}
		finally {
			connection().settleReason(null);
			this.handler.onClose(messages(), connection().closeReason().orElse(CloseReason.COMPLETED));
		}
	}

}
