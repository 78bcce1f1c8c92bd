package io.socketserver.message;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.socketserver.internal.LogLimit;
import io.socketserver.internal.NamedPool;
import io.socketserver.request.BaseRequestHandler;
import io.socketserver.request.CloseReason;
import io.socketserver.request.DatagramRequest;
import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestCycle;
import io.socketserver.request.RequestHandler;
import io.socketserver.request.RequestHandlerFactory;
import io.socketserver.request.RequestRefusedException;
import io.socketserver.request.ServerContext;

/**
 * Makes sessions of datagrams: what one peer sends is a connection, with the same
 * {@link MessageHandler} as any other. For a UDP server, which lays it over its strategy
 * and makes it its factory of handlers.
 *
 * <p>
 * Each datagram stays a request. It joins the queue of its session in the loop, where it
 * came in; the thread that the strategy gives it then handles what is in that queue,
 * unless another does so already. So the messages of a session keep their order and never
 * run at the same time, under every strategy.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
public final class DatagramSessions<I, O> implements MixIn, RequestHandlerFactory {

	// For what happens without a datagram: idle timeouts, replies that came late.
	private static final int THREADS = 4;

	private static final Duration END = Duration.ofSeconds(1);

	private static final Logger logger = System.getLogger(DatagramSessions.class.getName());

	private final MessageService<I, O> service;

	private final int maxSessions;

	private final LogLimit errorLines = new LogLimit(10, Duration.ofSeconds(1));

	private final ConcurrentHashMap<SocketAddress, DatagramSession<I, O>> sessions = new ConcurrentHashMap<>();

	private volatile @Nullable ThreadPoolExecutor executor;

	// Where a peer's turns run that no datagram begins; null for this executor.
	private volatile @Nullable Function<SocketAddress, Executor> places;

	/**
	 * Sessions of a service.
	 * @param service codec and handler; the framing is not used
	 * @param maxSessions how many there may be; datagrams of more peers are dropped
	 */
	public DatagramSessions(MessageService<I, O> service, int maxSessions) {
		this.service = service;
		this.maxSessions = maxSessions;
	}

	/**
	 * What the sessions serve.
	 * @return codec and handler
	 */
	public MessageService<I, O> service() {
		return this.service;
	}

	/**
	 * Has sessions run where a strategy wants them to also when no datagram has come. For
	 * a strategy, each time the server is activated.
	 * @param value answers where that is, for a peer
	 */
	public void runOn(Function<SocketAddress, Executor> value) {
		this.places = value;
	}

	@Override
	public void serverActivate(ServerContext server) {
		this.executor = NamedPool.ofDaemons("socketserver-" + server.name() + "-sessions", THREADS);
	}

	@Override
	public void processRequest(Request request, RequestCycle next) {
		DatagramRequest datagram = (DatagramRequest) request;
		DatagramSession<I, O> session = session(datagram);
		session.received(datagram);
		datagram.partOf(session);
		boolean passedOn = false;
		try {
			next.processRequest(request);
			passedOn = true;
		}
		finally {
			if (!passedOn) {
				session.withdraw(datagram.packet());
			}
		}
	}

	private DatagramSession<I, O> session(DatagramRequest datagram) {
		SocketAddress peer = datagram.clientAddress();
		DatagramSession<I, O> current = this.sessions.get(peer);
		if (current != null && current.isOpen()) {
			return current;
		}
		if (this.sessions.size() >= this.maxSessions) {
			throw new RequestRefusedException(CloseReason.OVERLOADED,
					"There are " + this.maxSessions + " sessions already, which is the most");
		}
		DatagramSession<I, O> created = new DatagramSession<>(this, this.service, datagram);
		DatagramSession<I, O> session = this.sessions.merge(peer, created,
				(found, mine) -> found.isOpen() ? found : mine);
		if (session == created) {
			created.opened();
		}
		return session;
	}

	/**
	 * Logs what a handler threw when no datagram of its own was there to fail with it.
	 */
	void failed(String what, Throwable error) {
		if (this.errorLines.tryLine()) {
			logger.log(Level.WARNING, what + " failed" + this.errorLines.suffix(), error);
		}
	}

	/**
	 * A session has ended.
	 */
	void ended(DatagramSession<I, O> session) {
		this.sessions.remove(session.clientAddress(), session);
	}

	/**
	 * Has a turn run that no datagram begins: not here.
	 */
	void execute(DatagramSession<I, O> session, Runnable task) {
		Function<SocketAddress, Executor> chosen = this.places;
		Executor current = (chosen != null) ? chosen.apply(session.clientAddress()) : this.executor;
		try {
			if (current != null) {
				current.execute(task);
				return;
			}
		}
		catch (RejectedExecutionException ignored) {
			// The server is being closed: whoever ends the session does it here.
		}
		task.run();
	}

	@Override
	public RequestHandler newHandler() {
		return new TurnHandler();
	}

	/**
	 * Ends what no drain has ended.
	 */
	@Override
	public void serverClose() {
		// Its loops have ended.
		this.places = null;
		this.sessions.values().forEach((session) -> session.close(CloseReason.CLOSED_BY_SERVER));
		ThreadPoolExecutor current = this.executor;
		this.executor = null;
		if (current != null) {
			end(current);
		}
	}

	private static void end(ThreadPoolExecutor current) {
		current.shutdown();
		try {
			if (!current.awaitTermination(END.toMillis(), TimeUnit.MILLISECONDS)) {
				current.shutdownNow();
			}
		}
		catch (InterruptedException ex) {
			current.shutdownNow();
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Handles what waits in the session of a datagram.
	 */
	private final class TurnHandler extends BaseRequestHandler {

		@Override
		public void handle() throws Exception {
			DatagramSession<I, O> session = DatagramSessions.this.sessions.get(clientAddress());
			if (session != null) {
				session.runTurns();
			}
		}

	}

}
