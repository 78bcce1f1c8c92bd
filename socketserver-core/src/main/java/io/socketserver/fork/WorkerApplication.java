package io.socketserver.fork;

import java.util.List;

import io.socketserver.request.RequestHandlerFactory;

/**
 * What a worker process runs: makes the handlers of its requests. The class has a
 * constructor without parameters; one object of it is made in each worker, in the
 * worker's main thread.
 *
 * <pre>{@code
 * public class Reports implements WorkerApplication {
 *
 *     public RequestHandlerFactory start(List<String> arguments) {
 *         Renderer renderer = Renderer.load(Path.of(arguments.get(0)));
 *         return () -> new ReportHandler(renderer);
 *     }
 *
 * }
 * new ForkingMixIn(ForkOptions.of(WorkerCommand.of(Reports.class, "templates")))
 * }</pre>
 */
public interface WorkerApplication {

	/**
	 * Prepares for requests. Called once, before the first one.
	 * @param arguments what the {@link WorkerCommand} says
	 * @return makes a handler per request
	 * @throws Exception to end the worker: the server then cannot start, or tries again a
	 * little later if it has started
	 */
	RequestHandlerFactory start(List<String> arguments) throws Exception;

	/**
	 * The worker ends in an orderly way. Does nothing by default.
	 * @throws Exception which is logged and ignored
	 */
	default void stop() throws Exception {
	}

}
