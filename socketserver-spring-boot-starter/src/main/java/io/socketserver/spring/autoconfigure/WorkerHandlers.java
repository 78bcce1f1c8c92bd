package io.socketserver.spring.autoconfigure;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

import io.socketserver.request.RequestHandler;
import io.socketserver.request.RequestHandlerFactory;

/**
 * The handlers of the server whose worker this process is.
 */
final class WorkerHandlers {

	private final RequestHandlerFactory handlers;

	WorkerHandlers(SocketServerProperties properties, ConfigurableListableBeanFactory beanFactory, String server) {
		this.handlers = new HandlerBeans(beanFactory).factory(ServerConfig.of(properties, server));
	}

	RequestHandlerFactory handlers() {
		return this.handlers;
	}

	/**
	 * Makes a handler, and with it the beans it needs: no request has to wait for that.
	 */
	void warmUp() {
		try {
			RequestHandler handler = this.handlers.newHandler();
			this.handlers.release(handler);
		}
		catch (Exception ex) {
			throw new IllegalStateException("A worker cannot make a handler", ex);
		}
	}

}
