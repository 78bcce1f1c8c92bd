package io.socketserver.fork;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Constructor;
import java.util.List;

import io.socketserver.request.RequestHandler;
import io.socketserver.request.RequestHandlerFactory;

/**
 * A worker process, seen from inside: the main class of workers that a
 * {@link WorkerCommand#of} describes, and what an application that brings its own main
 * class calls to become one.
 *
 * <pre>{@code
 * Worker worker = Worker.connect();
 * worker.serve(MyHandler::new);
 * System.exit(0);
 * }</pre>
 *
 * <p>
 * From {@link #connect()} on, the process ends when the server's does, whatever it is
 * doing. It ignores SIGINT, which a terminal sends to the server and its workers alike,
 * and takes SIGTERM as a wish to end after its request: the server decides.
 */
public final class Worker {

	private static final Logger logger = System.getLogger(Worker.class.getName());

	private final WorkerConnection connection;

	private Worker(WorkerConnection connection) {
		this.connection = connection;
	}

	/**
	 * Connects with the server that has started this process, and has the process end
	 * with it from now on. Reads standard input.
	 * @return the worker
	 * @throws IllegalStateException if no server has started this process, or it is gone
	 */
	public static Worker connect() {
		try {
			return new Worker(WorkerConnection.open(System.in));
		}
		catch (IOException ex) {
			throw new IllegalStateException(
					"This process cannot reach the server whose worker it is: only a server starts workers", ex);
		}
	}

	/**
	 * The name of the server whose requests this worker serves.
	 * @return the name
	 */
	public String serverName() {
		return this.connection.serverName();
	}

	/**
	 * Serves requests in the calling thread, one after another, until the server says
	 * that it is enough.
	 * @param handlers makes a handler per request
	 */
	public void serve(RequestHandlerFactory handlers) {
		try {
			new WorkerLoop(this.connection, handlers).run();
		}
		catch (IOException ex) {
			throw new IllegalStateException("The connection with the server is broken", ex);
		}
	}

	/**
	 * Runs a {@link WorkerApplication}, or handlers of one class.
	 * @param args the class, and the application's arguments
	 */
	public static void main(String[] args) {
		// The first thing: from here on the process cannot outlive the server.
		Worker worker = connect();
		int code = 1;
		try {
			WorkerApplication application = application(args[0]);
			worker.serve(application.start(List.of(args).subList(1, args.length)));
			code = 0;
			application.stop();
		}
		catch (Throwable ex) {
			logger.log(Level.ERROR, "The worker of " + worker.serverName() + " ends", ex);
		}
		System.exit(code);
	}

	private static WorkerApplication application(String name) throws ReflectiveOperationException {
		Class<?> type = Class.forName(name);
		if (RequestHandler.class.isAssignableFrom(type)) {
			return new HandlerApplication(type.asSubclass(RequestHandler.class));
		}
		Constructor<?> constructor = type.getDeclaredConstructor();
		constructor.setAccessible(true);
		return (WorkerApplication) constructor.newInstance();
	}

}
