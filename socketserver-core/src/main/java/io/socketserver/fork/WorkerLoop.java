package io.socketserver.fork;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.RequestHandlerFactory;

/**
 * Serves one request after another. Runs in the worker's main thread.
 */
final class WorkerLoop {

	private final WorkerConnection connection;

	private final RequestHandlerFactory handlers;

	private final Waiter waiter;

	WorkerLoop(WorkerConnection connection, RequestHandlerFactory handlers) throws IOException {
		this.waiter = new Waiter();
		this.connection = connection;
		this.handlers = handlers;
	}

	void run() throws IOException {
		boolean more = true;
		while (more) {
			try (SocketChannel channel = this.connection.openData()) {
				more = channel != null && serveNext(channel);
			}
		}
	}

	private boolean serveNext(SocketChannel channel) throws IOException {
		FrameInput input = new FrameInput(channel);
		StartFrame start = awaitStart(input);
		if (start == null) {
			return false;
		}
		Thread thread = Thread.currentThread();
		String name = thread.getName();
		thread.setName("socketserver-" + start.serverName() + "-" + start.number());
		try {
			serve(channel, input, start);
		}
		finally {
			thread.setName(name);
		}
		return true;
	}

	private @Nullable StartFrame awaitStart(FrameInput input) throws IOException {
		try {
			if (!input.await()) {
				return null;
			}
		}
		catch (AsynchronousCloseException ex) {
			// There will be no more requests.
			return null;
		}
		if (input.type() != FrameType.START) {
			throw new ProtocolException("A request begins with " + input.type());
		}
		return StartFrame.decode(input.payload());
	}

	private void serve(SocketChannel channel, FrameInput input, StartFrame start) throws IOException {
		WorkerServer server = new WorkerServer(start, this.connection, this.handlers);
		if (start.datagram()) {
			PacketFrame packet = awaitPacket(input);
			channel.configureBlocking(false);
			PacketSender sender = new PacketSender(channel, input, this.waiter);
			serve(new WorkerDatagram(start, packet, sender, server), sender::result);
		}
		else {
			channel.configureBlocking(false);
			RelayWire wire = new RelayWire(channel, input, this.waiter, start.tls());
			serve(new WorkerStream(start, channel, wire, server), (result) -> wire.send(FrameType.RESULT, result));
		}
	}

	private static PacketFrame awaitPacket(FrameInput input) throws IOException {
		if (!input.await() || input.type() != FrameType.PACKET) {
			throw new ProtocolException("A datagram has no packet but " + input.type());
		}
		return PacketFrame.decode(input.payload());
	}

	private void serve(WorkerRequest request, ResultSender sender) throws IOException {
		ResultFrame result;
		try {
			this.connection.begins(request);
			result = request.handle();
		}
		finally {
			this.connection.ended();
		}
		byte[] bytes = result.encode();
		// Cleared: an interrupt that comes late must not keep the result from the pool.
		Thread.interrupted();
		try {
			sender.send(bytes);
		}
		catch (ClosedChannelException ex) {
			// An interrupt has closed it under the handler.
			this.connection.send(FrameType.RESULT, bytes);
		}
	}

	/**
	 * Sends the result of a request.
	 */
	@FunctionalInterface
	private interface ResultSender {

		void send(byte[] result) throws IOException;

	}

}
