package io.socketserver.benchmarks.peer;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;

/**
 * Netty over its native epoll transport, as documented.
 */
public final class NettyEpoll {

	private NettyEpoll() {
	}

	/**
	 * Serves for ever.
	 * @param args the port
	 * @throws InterruptedException never
	 */
	public static void main(String... args) throws InterruptedException {
		NettyServer.run(args[0], new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()),
				new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory()), EpollServerSocketChannel.class,
				new NettyLines());
	}

}
