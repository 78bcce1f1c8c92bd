package io.socketserver.spring.diagnostics;

/**
 * Two servers would share a mix-in.
 */
public class SharedMixInException extends SocketServerConfigurationException {

	/**
	 * The exception.
	 * @param mixIn the mix-in's class
	 * @param first the name of one server
	 * @param second the name of the other
	 */
	public SharedMixInException(String mixIn, String first, String second) {
		super("The socket servers '" + first + "' and '" + second + "' have the same object of " + mixIn
				+ ", and a mix-in serves one server",
				"Make the MixIn bean a prototype, @Scope(\"prototype\"): each server then gets its own. "
						+ "Or add it to one server only, in a SocketServerCustomizer");
	}

}
