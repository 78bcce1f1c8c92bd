package io.socketserver.benchmarks.peer;

import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;

/**
 * Netty over java.nio as an expert writes it, for frames with four bytes of length in
 * front, which are passed on with their length.
 */
public final class NettyFrames {

	private NettyFrames() {
	}

	/**
	 * Serves for ever.
	 * @param args the port
	 * @throws InterruptedException never
	 */
	public static void main(String... args) throws InterruptedException {
		EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
		NettyServer.run(args[0], loop, loop, NioServerSocketChannel.class, new Pipeline());
	}

	private static final class Pipeline extends ChannelInitializer<SocketChannel> {

		@Override
		protected void initChannel(SocketChannel channel) {
			channel.pipeline().addLast(new LengthFieldBasedFrameDecoder(1 << 20, 0, Integer.BYTES), NettyTuned.ECHO);
		}

	}

}
