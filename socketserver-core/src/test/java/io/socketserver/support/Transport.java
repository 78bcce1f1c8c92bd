package io.socketserver.support;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.socketserver.BaseServer;
import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.UnixStreamServer;
import io.socketserver.request.MixIn;
import io.socketserver.request.RequestHandlerFactory;
import io.socketserver.tls.TlsOptions;

/**
 * What carries connections: each has to behave like the others. To add one, say how a
 * server of it is made, and how a client connects.
 */
public enum Transport {

	/**
	 * TCP on a free port of the loopback interface.
	 */
	TCP {

		@Override
		public BaseServer server(RequestHandlerFactory handlers, ServerOptions options, List<MixIn> mixIns) {
			return new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), handlers, options,
					mixIns.toArray(MixIn[]::new));
		}

		@Override
		public Socket socket() {
			return new Socket();
		}

	},

	/**
	 * TLS over that. A client's handshake comes with its first read or write: a server
	 * that serves one after another has its own time for each.
	 */
	TLS {

		@Override
		public BaseServer server(RequestHandlerFactory handlers, ServerOptions options, List<MixIn> mixIns) {
			return TCP.server(handlers, options.withTls(TlsOptions.of(Certificates.shared().context("localhost"))),
					mixIns);
		}

		@Override
		public Socket socket() {
			return new Socket();
		}

		@Override
		public Client connect(SocketAddress server, int receiveBuffer) throws IOException {
			return super.connect(server, receiveBuffer).layTls(Certificates.shared().anonymous(), (parameters) -> {
			});
		}

	},

	/**
	 * A Unix socket in a temporary directory.
	 */
	UNIX {

		@Override
		public BaseServer server(RequestHandlerFactory handlers, ServerOptions options, List<MixIn> mixIns) {
			return new UnixStreamServer(temporaryPath(), handlers, options, mixIns.toArray(MixIn[]::new));
		}

		@Override
		public Socket socket() {
			return new UnixSocket();
		}

	};

	private static Path temporaryPath() {
		try {
			Path directory = Files.createTempDirectory("socketserver");
			directory.toFile().deleteOnExit();
			return directory.resolve("test.sock");
		}
		catch (IOException ex) {
			throw new AssertionError("No temporary directory", ex);
		}
	}

	/**
	 * Makes a server, not bound.
	 * @param handlers its handlers
	 * @param options its options
	 * @param mixIns its mix-ins
	 * @return the server
	 */
	public abstract BaseServer server(RequestHandlerFactory handlers, ServerOptions options, List<MixIn> mixIns);

	/**
	 * Makes a client's socket.
	 * @return the socket, not connected
	 * @throws IOException if it cannot
	 */
	public abstract Socket socket() throws IOException;

	/**
	 * Connects a client.
	 * @param server where to
	 * @param receiveBuffer bytes, or 0 for the kernel's choice
	 * @return the client
	 * @throws IOException if it cannot
	 */
	public Client connect(SocketAddress server, int receiveBuffer) throws IOException {
		return Client.connect(socket(), server, receiveBuffer);
	}

}
