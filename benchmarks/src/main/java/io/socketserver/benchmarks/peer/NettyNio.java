package io.socketserver.benchmarks.peer;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;

/**
 * Netty over java.nio, as documented.
 */
public final class NettyNio {

	private NettyNio() {
	}

	/**
	 * Serves for ever.
	 * @param args the port
	 * @throws InterruptedException never
	 */
	public static void main(String... args) throws InterruptedException {
		NettyServer.run(args[0], new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()),
				new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory()), NioServerSocketChannel.class,
				new NettyLines());
	}

}
