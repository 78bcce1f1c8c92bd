package io.socketserver;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.socketserver.loop.SelectorLoop;
import io.socketserver.request.Request;

/**
 * One more socket on the server's port, with a loop and a thread of its own. It lives as
 * long as the server is bound; its thread runs while the server serves.
 *
 * <p>
 * All methods may be called from any thread.
 */
final class Receiver {

	private static final Logger logger = System.getLogger(BaseServer.class.getName());

	private static final long JOIN_MILLIS = 500;

	private final BaseServer server;

	private final PacketChannel channel;

	private final String name;

	private final SelectorLoop loop;

	private final Acceptor acceptor;

	// The thread that may run the loop; any other ends.
	private volatile @Nullable Thread thread;

	private volatile @Nullable Thread lastThread;

	Receiver(BaseServer server, PacketChannel channel, int number) throws IOException {
		this.server = server;
		this.channel = channel;
		this.name = server.name() + "-receiver-" + number;
		this.loop = new SelectorLoop(this.name);
		this.loop.open();
		this.acceptor = new Acceptor(server, channel::receive, Admission.direct(server), () -> {
		});
	}

	boolean inLoop() {
		return this.loop.inLoop();
	}

	@Nullable Thread loopThread() {
		return this.loop.thread();
	}

	long passes() {
		return this.loop.passes();
	}

	/**
	 * The server serves from here on.
	 */
	void start() {
		Thread last = this.lastThread;
		if (last != null) {
			join(last);
		}
		this.loop.execute(this::register);
		Thread started = new Thread(this::run, "socketserver-" + this.name);
		this.thread = started;
		this.lastThread = started;
		started.start();
	}

	private void register() {
		try {
			if (!this.acceptor.isRegistered() && this.channel.channel().isOpen()) {
				this.loop.register(this.channel.channel(), 0, this.acceptor);
			}
			this.acceptor.updateInterest();
		}
		catch (IOException ex) {
			logger.log(Level.ERROR, "A socket of " + this.server.describe() + " cannot be registered with its loop",
					ex);
		}
	}

	private void run() {
		try {
			this.loop.run(() -> this.thread != Thread.currentThread());
		}
		catch (RuntimeException ex) {
			logger.log(Level.ERROR, "A receiver of " + this.server.describe() + " has ended", ex);
		}
	}

	/**
	 * Has the loop look whether it may receive now.
	 */
	void updateInterest() {
		this.loop.execute(this.acceptor::updateInterest);
	}

	/**
	 * Stops receiving, because the server is drained.
	 * @param closing whether the socket is closed
	 * @param serving whether the server served when what is queued came
	 * @param stopped run when the last datagram was passed on
	 */
	void stop(boolean closing, boolean serving, Runnable stopped) {
		if (this.thread == null) {
			// Nobody runs the loop, and what the kernel has queued is nobody's any more.
			stopped.run();
			return;
		}
		this.loop.execute(() -> {
			try {
				stopReceiving(closing, serving);
			}
			finally {
				stopped.run();
			}
		});
	}

	private void stopReceiving(boolean closing, boolean serving) {
		List<Request> swept = this.channel.channel().isOpen() ? this.acceptor.sweep(closing) : List.of();
		if (closing) {
			this.acceptor.deregister();
		}
		this.acceptor.updateInterest();
		this.acceptor.finish(swept, serving);
	}

	/**
	 * The server serves no more: the thread ends.
	 */
	void end() {
		this.thread = null;
		this.loop.execute(() -> {
			// Only to be woken.
		});
	}

	/**
	 * Gives everything back.
	 */
	void release() {
		end();
		Thread last = this.lastThread;
		if (last != null) {
			join(last);
		}
		this.acceptor.deregister();
		try {
			this.loop.close();
		}
		catch (IOException | IllegalStateException ex) {
			logger.log(Level.WARNING, "Cannot close a receiver of " + this.server.describe() + " yet", ex);
		}
		this.channel.close();
	}

	private static void join(Thread last) {
		if (last == Thread.currentThread()) {
			return;
		}
		try {
			last.join(JOIN_MILLIS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
