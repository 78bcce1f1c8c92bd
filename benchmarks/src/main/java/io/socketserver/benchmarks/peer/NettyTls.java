package io.socketserver.benchmarks.peer;

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

/**
 * {@link NettyTuned} behind TLS of the JDK's provider.
 */
public final class NettyTls {

	private NettyTls() {
	}

	/**
	 * Serves for ever.
	 * @param args the port
	 * @throws Exception if there is no certificate
	 */
	public static void main(String... args) throws Exception {
		SslContext tls = SslContextBuilder.forServer(TlsKeys.make()).sslProvider(SslProvider.JDK).build();
		EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
		NettyServer.run(args[0], loop, loop, NioServerSocketChannel.class, new Pipeline(tls));
	}

	private static final class Pipeline extends ChannelInitializer<SocketChannel> {

		private final SslContext tls;

		Pipeline(SslContext tls) {
			this.tls = tls;
		}

		@Override
		protected void initChannel(SocketChannel channel) {
			channel.pipeline()
				.addLast(this.tls.newHandler(channel.alloc()), new LineBasedFrameDecoder(8192, false, true),
						NettyTuned.ECHO);
		}

	}

}
