package io.socketserver.tls;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

import org.jspecify.annotations.Nullable;

import io.socketserver.internal.Lookalike;
import io.socketserver.internal.Printable;
import io.socketserver.tls.TlsException.Problem;

/**
 * The begin of a connection: from the client's first byte until both sides have agreed.
 * Guarded by the lock of the reader.
 */
final class Handshake {

	// A fatal alert, unexpected_message (RFC 8446, 6), for whoever speaks TLS badly. In
	// clear, since there are no keys yet.
	private static final byte[] ALERT = { 21, 3, 3, 0, 2, 2, 10 };

	private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

	private final TlsOptions options;

	private final Intake intake;

	private final Outlet outlet;

	private @Nullable ClientHello hello;

	// For whoever shuts the output down in another thread.
	private volatile @Nullable SSLEngine engine;

	// Computes in the reader's thread unless an executor was given.
	private @Nullable Executor executor;

	private Runnable goOn = () -> {
	};

	private boolean handedOver;

	private boolean inExecutor;

	Handshake(TlsOptions options, Intake intake, Outlet outlet) {
		this.options = options;
		this.intake = intake;
		this.outlet = outlet;
	}

	/**
	 * Has the handshake go on elsewhere where it comes to something costly.
	 * @param value where
	 * @param task what is executed there: has to come to {@link #advanceElsewhere()}
	 */
	void offload(Executor value, Runnable task) {
		this.executor = value;
		this.goOn = task;
	}

	@Nullable SSLEngine engine() {
		return this.engine;
	}

	TlsSession session(SSLEngine current) {
		ClientHello said = this.hello;
		return TlsSession.of(current, (said != null) ? said.serverName() : Optional.empty());
	}

	/**
	 * Goes on with the handshake as far as the carrier allows.
	 * @return true once it is complete
	 */
	boolean advance() throws IOException {
		try {
			SSLEngine current = begin();
			return current != null && advance(current);
		}
		catch (SSLException ex) {
			sendAlert();
			throw failure("The TLS handshake failed: " + reason(ex), ex);
		}
	}

	private static String reason(SSLException failure) {
		for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
			if (cause instanceof RefusedCertificateException refused) {
				return String.valueOf(refused.getMessage());
			}
		}
		return Printable.of(String.valueOf(failure.getMessage()));
	}

	/**
	 * Goes on in the executor: computes, and sends the answer.
	 * @return true once the handshake is complete
	 */
	boolean advanceElsewhere() throws IOException {
		this.inExecutor = true;
		try {
			return advance();
		}
		finally {
			this.inExecutor = false;
			this.handedOver = false;
		}
	}

	TlsException timedOut(@Nullable SocketTimeoutException cause) {
		return new TlsException(Problem.HANDSHAKE_TIMEOUT, "The TLS handshake was not complete within "
				+ this.options.handshakeTimeout().toMillis() + " ms, after " + received(), cause);
	}

	/**
	 * Waits for the client to say hello, then chooses what to answer with.
	 */
	private @Nullable SSLEngine begin() throws IOException {
		SSLEngine current = this.engine;
		while (current == null && fill()) {
			checkLooksRight();
			ClientHello said = ClientHello.parse(this.intake.bytes());
			if (said != null) {
				this.hello = said;
				current = newEngine(said.serverName());
				this.engine = current;
			}
		}
		return current;
	}

	private SSLEngine newEngine(Optional<String> serverName) throws IOException {
		try {
			SSLEngine chosen = this.options.newEngine(serverName);
			chosen.beginHandshake();
			return chosen;
		}
		catch (RuntimeException ex) {
			throw failure("There is nothing to answer a TLS handshake with: " + ex.getMessage(), ex);
		}
	}

	private void checkLooksRight() throws IOException {
		ByteBuffer bytes = this.intake.bytes();
		if (!ClientHello.maybe(bytes)) {
			byte[] head = new byte[Math.min(64, bytes.remaining())];
			bytes.get(bytes.position(), head);
			String looks = Lookalike.of(bytes, bytes.position(), bytes.limit());
			this.outlet.append(ALERT);
			this.outlet.flush();
			throw failure("The client does not speak TLS: its first bytes"
					+ (looks.isEmpty() ? " are no TLS handshake" : " look like " + looks) + ": \""
					+ Printable.of(head, head.length) + '"', null);
		}
	}

	private boolean advance(SSLEngine current) throws IOException {
		while (true) {
			HandshakeStatus status = current.getHandshakeStatus();
			boolean goesOn = switch (status) {
				case NEED_TASK -> compute(current);
				case NEED_WRAP -> wrap(current);
				case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap(current);
				case FINISHED, NOT_HANDSHAKING -> true;
			};
			if (!goesOn) {
				return false;
			}
			if (status == HandshakeStatus.NOT_HANDSHAKING) {
				this.outlet.flush();
				return true;
			}
		}
	}

	private boolean wrap(SSLEngine current) throws IOException {
		Status status = this.outlet.wrapOwn(current);
		if (status == Status.CLOSED) {
			throw failure("The connection was closed in the middle of the TLS handshake", null);
		}
		return status == Status.OK || this.outlet.flush();
	}

	private boolean unwrap(SSLEngine current) throws IOException {
		if (!this.intake.hasRecord()) {
			// What the client waits for, before it is waited for: by the reader, not
			// here.
			return this.outlet.flush() && !this.inExecutor && fill();
		}
		SSLEngineResult result = current.unwrap(this.intake.bytes(), NOTHING);
		if (result.getStatus() != Status.OK) {
			throw failure("The client ended the TLS handshake (" + result.getStatus() + ") after " + received(), null);
		}
		return true;
	}

	/**
	 * Reads more.
	 * @return false if nothing is there yet
	 */
	private boolean fill() throws IOException {
		int count = this.intake.fill();
		if (count < 0) {
			throw new TlsException(Problem.ABANDONED,
					"The client left before the TLS handshake was complete, after " + received(), null);
		}
		return count > 0;
	}

	/**
	 * Computes what the engine asks for, here or elsewhere.
	 * @return false if it is under way elsewhere
	 */
	private boolean compute(SSLEngine current) throws TlsException {
		Executor costly = this.executor;
		if (costly == null || this.inExecutor) {
			runTasks(current);
			return true;
		}
		if (!this.handedOver) {
			this.handedOver = true;
			try {
				costly.execute(this.goOn);
			}
			catch (RejectedExecutionException ex) {
				this.handedOver = false;
				throw failure("There is no thread free for a TLS handshake", ex);
			}
		}
		return false;
	}

	private static void runTasks(SSLEngine current) {
		for (Runnable task; (task = current.getDelegatedTask()) != null;) {
			task.run();
		}
	}

	private void sendAlert() {
		SSLEngine current = this.engine;
		try {
			if (current != null) {
				this.outlet.wrapOwn(current);
				this.outlet.flush();
			}
		}
		catch (IOException ignored) {
			// The handshake has failed already, and that is what counts.
		}
	}

	private TlsException failure(String message, @Nullable Throwable cause) {
		return new TlsException(Problem.HANDSHAKE_FAILED, message, cause);
	}

	private String received() {
		return this.intake.total() + " bytes from the client";
	}

}
