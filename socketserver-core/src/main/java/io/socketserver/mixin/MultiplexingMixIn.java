package io.socketserver.mixin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

import io.socketserver.internal.NamedPool;
import io.socketserver.loop.LoopWatchdog;
import io.socketserver.loop.SelectorLoop;
import io.socketserver.message.DatagramSessions;
import io.socketserver.message.HandlerExecution;
import io.socketserver.message.MessageLoop;
import io.socketserver.message.MessageService;
import io.socketserver.request.DatagramRequest;
import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestCycle;
import io.socketserver.request.ServerContext;
import io.socketserver.request.StreamRequest;

/**
 * Many connections on few selector loops: for a server of messages. A connection costs no
 * thread, and {@code finishRequest} only begins it.
 *
 * <p>
 * The loop that accepts is the first of them; the others have threads of their own.
 * Connections are dealt out in turn, and stay where they are. Needs a server that was
 * made with a {@link MessageService}: a blocking handler has no thread to block in here.
 *
 * <p>
 * Datagrams are received in the server's own loops, and only handled in these: the
 * messages of a session in one of them, or off the loops.
 */
public final class MultiplexingMixIn implements MixIn {

	private static final Logger logger = System.getLogger(MultiplexingMixIn.class.getName());

	private final int count;

	private final HandlerExecution execution;

	private volatile List<MessageLoop<?, ?>> loops = List.of();

	// Of handlers off the loops.
	private volatile @Nullable Executor executor;

	private @Nullable LoopWatchdog watchdog;

	// Not the handlers' threads, which may all be waiting for something.
	private @Nullable ExecutorService handshakes;

	// Of the loops that run now.
	private AtomicBoolean over = new AtomicBoolean();

	// In the loop thread only.
	private int next;

	/**
	 * A loop per core, and handlers off the loops.
	 */
	public MultiplexingMixIn() {
		this(Runtime.getRuntime().availableProcessors(), HandlerExecution.offLoop());
	}

	/**
	 * A number of loops.
	 * @param loops how many, at least 1
	 * @param execution where handlers run
	 */
	public MultiplexingMixIn(int loops, HandlerExecution execution) {
		if (loops < 1) {
			throw new IllegalArgumentException("There must be at least 1 loop, not " + loops);
		}
		this.count = loops;
		this.execution = execution;
	}

	/**
	 * How many loops there are.
	 * @return a number
	 */
	public int loops() {
		return this.count;
	}

	/**
	 * Where handlers run.
	 * @return the execution
	 */
	public HandlerExecution execution() {
		return this.execution;
	}

	@Override
	public void serverActivate(ServerContext server) {
		MessageService<?, ?> service = service(server);
		Executor executor = this.execution.isOnLoop() ? null : this.execution.open(server.name());
		this.executor = executor;
		ExecutorService computing = NamedPool.of("socketserver-" + server.name() + "-handshake", this.count);
		this.handshakes = computing;
		AtomicBoolean end = new AtomicBoolean();
		this.over = end;
		List<MessageLoop<?, ?>> created = new ArrayList<>();
		created.add(new MessageLoop<>(server.loop(), service, executor, computing));
		for (int i = 2; i <= this.count; i++) {
			SelectorLoop loop = start(server.name() + "-loop-" + i, end);
			created.add(new MessageLoop<>(loop, service, executor, computing));
		}
		this.loops = List.copyOf(created);
		this.watchdog = new LoopWatchdog(server.name(), created.stream().map(MessageLoop::loop).toList());
		if (server.handlers() instanceof DatagramSessions<?, ?> sessions && executor == null) {
			sessions.runOn((peer) -> (task) -> loopOf(peer).execute(task::run));
		}
	}

	private static MessageService<?, ?> service(ServerContext server) {
		if (server.handlers() instanceof MessageService<?, ?> service) {
			return service;
		}
		if (server.handlers() instanceof DatagramSessions<?, ?> sessions) {
			return sessions.service();
		}
		throw new IllegalStateException("The server '" + server.name()
				+ "' is multiplexed, and its handlers block: give it a MessageService with a MessageHandler,"
				+ " or another concurrency (thread, virtual, pool)");
	}

	private static SelectorLoop start(String name, AtomicBoolean end) {
		SelectorLoop loop = new SelectorLoop(name);
		try {
			loop.open();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot open a selector for the loop " + name, ex);
		}
		Thread thread = new Thread(() -> run(loop, end), "socketserver-" + name);
		thread.setDaemon(true);
		thread.start();
		return loop;
	}

	private static void run(SelectorLoop loop, AtomicBoolean end) {
		loop.run(end::get);
		try {
			loop.close();
		}
		catch (IOException ex) {
			logger.log(Level.WARNING, "Cannot close the selector of " + loop.name(), ex);
		}
	}

	@Override
	public void processRequest(Request request, RequestCycle next) {
		if (request instanceof DatagramRequest datagram) {
			processDatagram(datagram, next);
			return;
		}
		MessageLoop<?, ?> loop = this.loops.get(this.next);
		this.next = (this.next + 1) % this.loops.size();
		loop.drive((StreamRequest) request);
		processIn(loop.loop(), request, next);
	}

	/**
	 * Runs in the loop that received it, of which a UDP server may have several.
	 */
	private void processDatagram(DatagramRequest request, RequestCycle next) {
		Executor elsewhere = this.executor;
		if (elsewhere == null) {
			processIn(loopOf(request.clientAddress()), request, next);
		}
		else {
			elsewhere.execute(() -> processElsewhere(request, next));
		}
	}

	private SelectorLoop loopOf(SocketAddress peer) {
		List<MessageLoop<?, ?>> current = this.loops;
		return current.get(Math.floorMod(peer.hashCode(), current.size())).loop();
	}

	private static void processIn(SelectorLoop loop, Request request, RequestCycle next) {
		if (loop.inLoop()) {
			next.processRequest(request);
		}
		else {
			loop.execute(() -> processElsewhere(request, next));
		}
	}

	private static void processElsewhere(Request request, RequestCycle next) {
		try {
			next.processRequest(request);
		}
		catch (Throwable ex) {
			// The loop that accepted, which would see to it, has gone on.
			request.server().requestEnded(request, ex);
		}
	}

	/**
	 * Begins the connection, and returns. A datagram is handled.
	 */
	@Override
	public void finishRequest(Request request, RequestCycle next) throws Exception {
		if (request instanceof DatagramRequest) {
			next.finishRequest(request);
			return;
		}
		for (MessageLoop<?, ?> loop : this.loops) {
			if (loop.loop().inLoop()) {
				loop.begin((StreamRequest) request);
				return;
			}
		}
		throw new IllegalStateException(
				"A mix-in within MultiplexingMixIn has moved " + request + " to another thread: put it outside");
	}

	@Override
	public void serverClose() {
		this.over.set(true);
		// Woken, they see that. The first is the server's own.
		this.loops.stream().skip(1).forEach((loop) -> loop.loop().execute(() -> {
		}));
		LoopWatchdog current = this.watchdog;
		if (current != null) {
			current.stop();
		}
		ExecutorService computing = this.handshakes;
		if (computing != null) {
			computing.shutdown();
		}
		this.execution.close();
	}

}
