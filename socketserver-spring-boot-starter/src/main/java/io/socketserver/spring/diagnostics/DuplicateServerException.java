package io.socketserver.spring.diagnostics;

import java.util.Collection;

/**
 * Two server beans have one name.
 */
public class DuplicateServerException extends SocketServerConfigurationException {

	/**
	 * The exception.
	 * @param server the name
	 * @param beans the beans' names
	 */
	public DuplicateServerException(String server, Collection<String> beans) {
		super("The beans " + beans + " are socket servers of the same name, '" + server + "'",
				"Give each its own name: ServerOptions.DEFAULT.withName(\"...\")");
	}

}
