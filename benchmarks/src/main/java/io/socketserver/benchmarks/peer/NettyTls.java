package io.socketserver.benchmarks.peer;

import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.ImmediateExecutor;

/**
 * {@link NettyTuned} behind TLS of the JDK's provider: handshakes are computed on the
 * event loop, which is Netty's default, or off it.
 */
public final class NettyTls {

	private NettyTls() {
	}

	/**
	 * Serves for ever.
	 * @param args the port, and {@code offload} for handshakes off the loop
	 * @throws Exception if there is no certificate
	 */
	public static void main(String... args) throws Exception {
		SslContext tls = SslContextBuilder.forServer(TlsKeys.make()).sslProvider(SslProvider.JDK).build();
		EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
		boolean offload = args.length > 1 && args[1].equals("offload");
		Executor computing = offload ? Executors.newFixedThreadPool(1) : ImmediateExecutor.INSTANCE;
		NettyServer.run(args[0], loop, loop, NioServerSocketChannel.class, new Pipeline(tls, computing));
	}

	private static final class Pipeline extends ChannelInitializer<SocketChannel> {

		private final SslContext tls;

		private final Executor computing;

		Pipeline(SslContext tls, Executor computing) {
			this.tls = tls;
			this.computing = computing;
		}

		@Override
		protected void initChannel(SocketChannel channel) {
			channel.pipeline()
				.addLast(this.tls.newHandler(channel.alloc(), this.computing),
						new LineBasedFrameDecoder(8192, false, true), NettyTuned.ECHO);
		}

	}

}
