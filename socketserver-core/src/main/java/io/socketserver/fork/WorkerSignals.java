package io.socketserver.fork;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * What a worker does when it is sent a signal. A terminal sends SIGINT to all processes
 * of the application, and a service manager SIGTERM: the server's own process sees to the
 * end of its workers, which meanwhile finish their requests.
 *
 * <p>
 * The JDK's only way to handle signals is in the module jdk.unsupported, which may be
 * missing: hence reflection.
 */
final class WorkerSignals {

	private static final Logger logger = System.getLogger(Worker.class.getName());

	private WorkerSignals() {
	}

	/**
	 * Ignores SIGINT and SIGHUP, and has a wish to end passed on.
	 */
	static void handle(Runnable onTerminate) {
		try {
			Class<?> signal = Class.forName("sun.misc.Signal");
			Class<?> handler = Class.forName("sun.misc.SignalHandler");
			Object ignore = handler.getField("SIG_IGN").get(null);
			InvocationHandler terminate = (proxy, method, arguments) -> {
				if (method.getName().equals("handle")) {
					onTerminate.run();
				}
				return null;
			};
			Object passOn = Proxy.newProxyInstance(WorkerSignals.class.getClassLoader(), new Class<?>[] { handler },
					terminate);
			set(signal, handler, "INT", ignore);
			set(signal, handler, "HUP", ignore);
			set(signal, handler, "TERM", passOn);
		}
		catch (ReflectiveOperationException | IllegalArgumentException ex) {
			logger.log(Level.DEBUG, "Signals end this worker at once", ex);
		}
	}

	private static void set(Class<?> signal, Class<?> handler, String name, Object action)
			throws ReflectiveOperationException {
		Object number = signal.getConstructor(String.class).newInstance(name);
		signal.getMethod("handle", signal, handler).invoke(null, number, action);
	}

}
