package io.socketserver.benchmarks.peer;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;

/**
 * Netty over java.nio for datagrams, as documented.
 */
public final class NettyUdp {

	private NettyUdp() {
	}

	/**
	 * Serves for ever.
	 * @param args the port
	 * @throws InterruptedException never
	 */
	public static void main(String... args) throws InterruptedException {
		new Bootstrap().group(new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory()))
			.channel(NioDatagramChannel.class)
			.handler(new Echo())
			.bind("127.0.0.1", Integer.parseInt(args[0]))
			.sync()
			.channel()
			.closeFuture()
			.sync();
	}

	@SuppressWarnings("FutureReturnValueIgnored")
	private static final class Echo extends SimpleChannelInboundHandler<DatagramPacket> {

		@Override
		protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
			context.write(new DatagramPacket(packet.content().retain(), packet.sender()));
		}

		@Override
		public void channelReadComplete(ChannelHandlerContext context) {
			context.flush();
		}

	}

}
