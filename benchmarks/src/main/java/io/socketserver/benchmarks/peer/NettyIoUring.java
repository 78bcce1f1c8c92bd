package io.socketserver.benchmarks.peer;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;

/**
 * Netty over its native io_uring transport, as documented.
 */
public final class NettyIoUring {

	private NettyIoUring() {
	}

	/**
	 * Serves for ever.
	 * @param args the port
	 * @throws InterruptedException never
	 */
	public static void main(String... args) throws InterruptedException {
		NettyServer.run(args[0], new MultiThreadIoEventLoopGroup(1, IoUringIoHandler.newFactory()),
				new MultiThreadIoEventLoopGroup(IoUringIoHandler.newFactory()), IoUringServerSocketChannel.class,
				new NettyLines());
	}

}
