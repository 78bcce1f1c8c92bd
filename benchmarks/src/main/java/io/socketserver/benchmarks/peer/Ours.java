package io.socketserver.benchmarks.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;

import javax.net.ssl.SSLContext;

import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.fork.ForkOptions;
import io.socketserver.framing.Framing;
import io.socketserver.framing.LengthField;
import io.socketserver.message.Codec;
import io.socketserver.message.HandlerExecution;
import io.socketserver.message.MessageService;
import io.socketserver.mixin.ForkingMixIn;
import io.socketserver.mixin.MultiplexingMixIn;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.StreamRequestHandler;
import io.socketserver.tls.TlsOptions;

/**
 * This project's servers.
 */
public final class Ours {

	private static final int MAX_CONNECTIONS = 20_000;

	private static final int MAX_FRAME = 64 * 1024;

	private static final int WORKERS = 8;

	private Ours() {
	}

	/**
	 * Serves for ever.
	 * @param args the port, and the variant
	 * @throws Exception if there is no certificate
	 */
	public static void main(String... args) throws Exception {
		InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
		ServerOptions options = ServerOptions.DEFAULT.withMaxConnections(MAX_CONNECTIONS);
		try (TcpServer server = server(address, options, args[1])) {
			server.serveForever();
		}
	}

	private static TcpServer server(InetSocketAddress address, ServerOptions options, String variant) throws Exception {
		return switch (variant) {
			case "stream-thread" -> new TcpServer(address, LineEcho::new, options, new ThreadingMixIn());
			case "stream-virtual" -> new TcpServer(address, LineEcho::new, options, ThreadingMixIn.virtual());
			case "stream-fork" -> new TcpServer(address, LineEcho::new, options, workers());
			case "loop-string" -> new TcpServer(address, strings(), options, onLoop());
			case "loop-buffer" -> new TcpServer(address, buffers(Framing.line(MAX_FRAME)), options, onLoop());
			case "virtual-string" ->
				new TcpServer(address, strings(), options, new MultiplexingMixIn(1, HandlerExecution.virtual()));
			case "loop-frames" -> new TcpServer(address,
					buffers(Framing.lengthField(LengthField.bytes(4).withMaxFrameSize(MAX_FRAME))), options, onLoop());
			case "loop-tls" -> new TcpServer(address, buffers(Framing.line(MAX_FRAME)),
					options.withTls(TlsOptions.of(context())), onLoop());
			case "loop-tls-on-loop" -> new TcpServer(address, buffers(Framing.line(MAX_FRAME)),
					options.withTls(TlsOptions.of(context()).withHandshakesOnLoop(true)), onLoop());
			default -> throw new IllegalArgumentException("There is no variant " + variant);
		};
	}

	private static SSLContext context() throws IOException, GeneralSecurityException {
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(TlsKeys.make().getKeyManagers(), null, null);
		return context;
	}

	/**
	 * As many workers as connections, so that a start is never measured.
	 */
	private static ForkingMixIn workers() {
		return new ForkingMixIn(ForkOptions.of(LineEcho.class).withMinIdle(WORKERS).withMaxChildren(2 * WORKERS));
	}

	private static MultiplexingMixIn onLoop() {
		return new MultiplexingMixIn(1, HandlerExecution.loop());
	}

	private static MessageService<String, String> strings() {
		return MessageService.of(Framing.line(MAX_FRAME), Codec.string(StandardCharsets.UTF_8),
				(connection, message) -> message);
	}

	private static MessageService<ByteBuffer, ByteBuffer> buffers(Framing framing) {
		return MessageService.of(framing, Codec.buffer(), (connection, message) -> message);
	}

	private static final class LineEcho extends StreamRequestHandler {

		@Override
		public void handle() throws IOException {
			for (String line; (line = rfile().readLine()) != null;) {
				wfile().println(line);
			}
		}

	}

}
