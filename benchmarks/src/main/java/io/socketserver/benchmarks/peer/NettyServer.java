package io.socketserver.benchmarks.peer;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.SocketChannel;

/**
 * What all Netty servers have in common.
 */
final class NettyServer {

	private NettyServer() {
	}

	static void run(String port, EventLoopGroup acceptors, EventLoopGroup workers, Class<? extends ServerChannel> type,
			ChannelInitializer<SocketChannel> pipeline) throws InterruptedException {
		new ServerBootstrap().group(acceptors, workers)
			.channel(type)
			.option(ChannelOption.SO_BACKLOG, 1024)
			.childHandler(pipeline)
			.bind("127.0.0.1", Integer.parseInt(port))
			.sync()
			.channel()
			.closeFuture()
			.sync();
	}

}
