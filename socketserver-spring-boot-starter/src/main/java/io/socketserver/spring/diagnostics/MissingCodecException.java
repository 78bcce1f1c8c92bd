package io.socketserver.spring.diagnostics;

/**
 * Nothing makes a handler's messages of bytes.
 */
public class MissingCodecException extends SocketServerConfigurationException {

	/**
	 * The exception.
	 * @param handler the handler's bean name
	 * @param in the type of what comes in
	 * @param out the type of what goes out
	 */
	public MissingCodecException(String handler, String in, String out) {
		super("The message handler '" + handler + "' takes " + in + " and answers " + out
				+ ", and there is no codec for these",
				"Declare a bean of type io.socketserver.message.Codec<" + in + ", " + out
						+ ">. Without one, a handler may take and answer String, byte[] or java.nio.ByteBuffer, the same on both sides, as the type arguments of MessageHandler");
	}

}
