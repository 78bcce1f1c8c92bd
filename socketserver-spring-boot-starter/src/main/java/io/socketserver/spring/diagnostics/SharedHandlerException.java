package io.socketserver.spring.diagnostics;

/**
 * A handler would be shared by connections.
 */
public class SharedHandlerException extends SocketServerConfigurationException {

	/**
	 * The exception.
	 * @param handler the handler's bean name
	 * @param scope the bean's scope
	 */
	public SharedHandlerException(String handler, String scope) {
		super("The handler '" + handler + "' has the scope '" + scope
				+ "', so that connections would share the object and the state in its fields",
				"Make it a prototype, as @RequestHandler does by itself: remove other scopes from the class, and on a @Bean method add @Scope(\"prototype\"), without a proxy mode");
	}

}
