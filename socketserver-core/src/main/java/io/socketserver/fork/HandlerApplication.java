package io.socketserver.fork;

import java.lang.reflect.Constructor;
import java.util.List;

import io.socketserver.request.RequestHandler;
import io.socketserver.request.RequestHandlerFactory;

/**
 * A worker whose handlers need nothing but their constructor.
 */
final class HandlerApplication implements WorkerApplication {

	private final Class<? extends RequestHandler> type;

	HandlerApplication(Class<? extends RequestHandler> type) {
		this.type = type;
	}

	@Override
	public RequestHandlerFactory start(List<String> arguments) throws ReflectiveOperationException {
		Constructor<? extends RequestHandler> constructor = this.type.getDeclaredConstructor();
		constructor.setAccessible(true);
		return constructor::newInstance;
	}

}
