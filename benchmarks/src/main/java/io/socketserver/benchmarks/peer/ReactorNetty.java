package io.socketserver.benchmarks.peer;

import java.nio.charset.StandardCharsets;

import io.netty.channel.ChannelOption;
import io.netty.handler.codec.LineBasedFrameDecoder;
import org.reactivestreams.Publisher;
import reactor.netty.NettyInbound;
import reactor.netty.NettyOutbound;
import reactor.netty.tcp.TcpServer;

/**
 * Reactor Netty, as documented.
 */
public final class ReactorNetty {

	private ReactorNetty() {
	}

	/**
	 * Serves for ever.
	 * @param args the port
	 */
	public static void main(String... args) {
		TcpServer.create()
			.host("127.0.0.1")
			.port(Integer.parseInt(args[0]))
			.option(ChannelOption.SO_BACKLOG, 1024)
			.doOnConnection((connection) -> connection.addHandlerLast(new LineBasedFrameDecoder(8192)))
			.handle(ReactorNetty::echo)
			.bindNow()
			.onDispose()
			.block();
	}

	private static Publisher<Void> echo(NettyInbound in, NettyOutbound out) {
		return out.sendString(in.receive().asString(StandardCharsets.UTF_8).map((line) -> line + "\n"));
	}

}
