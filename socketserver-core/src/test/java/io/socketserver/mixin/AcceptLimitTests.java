package io.socketserver.mixin;

import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.socketserver.request.AcceptGate;
import io.socketserver.request.DatagramOptions;
import io.socketserver.request.DatagramOutput;
import io.socketserver.request.DatagramRequest;
import io.socketserver.request.Request;
import io.socketserver.request.RequestOrigin;
import io.socketserver.request.ServerContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * {@link AcceptLimit}, with a gate of its own.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AcceptLimitTests {

	private final SimpleGate gate = new SimpleGate();

	@Test
	void refusesALimitBelowOne() {
		assertThatIllegalArgumentException().isThrownBy(() -> new AcceptLimit("things", 0)).withMessageContaining("0");
	}

	@Test
	void holdsTheGateAtTheLimitAndCountsEachRequestOnce() {
		AcceptLimit limit = limit(2);
		Request first = request();
		Request second = request();
		limit.enter(first);
		limit.enter(first);
		assertThat(limit.count()).isOne();
		assertThat(this.gate.isOpen()).isTrue();
		limit.enter(second);
		assertThat(limit.isFull()).isTrue();
		assertThat(this.gate.isOpen()).isFalse();
		limit.leave(first);
		limit.leave(first);
		assertThat(limit.count()).isOne();
		assertThat(this.gate.isOpen()).isTrue();
		limit.leave(request());
		assertThat(limit.count()).isOne();
	}

	@Test
	void opensWithHysteresis() {
		AcceptLimit limit = limit(100);
		Queue<Request> inside = new ConcurrentLinkedQueue<>();
		for (int i = 0; i < 100; i++) {
			Request request = request();
			inside.add(request);
			limit.enter(request);
		}
		for (int i = 0; i < 4; i++) {
			limit.leave(inside.remove());
			assertThat(this.gate.isOpen()).isFalse();
			assertThat(this.gate.later).isTrue();
		}
		limit.leave(inside.remove());
		assertThat(this.gate.isOpen()).isTrue();
	}

	@Test
	void isNeverExceededHoweverThreadsInterleave() throws Exception {
		AcceptLimit limit = limit(60);
		Queue<Request> inside = new ConcurrentLinkedQueue<>();
		Thread[] leaving = new Thread[3];
		for (int i = 0; i < leaving.length; i++) {
			leaving[i] = new Thread(() -> {
				while (!Thread.currentThread().isInterrupted()) {
					Request request = inside.poll();
					if (request != null) {
						limit.leave(request);
					}
				}
			});
			leaving[i].start();
		}
		int most = 0;
		try {
			for (int i = 0; i < 300_000; i++) {
				if (this.gate.isOpen()) {
					Request request = request();
					limit.enter(request);
					most = Math.max(most, limit.count());
					inside.add(request);
				}
			}
		}
		finally {
			for (Thread thread : leaving) {
				thread.interrupt();
				thread.join();
			}
		}
		assertThat(most).isLessThanOrEqualTo(60);
	}

	private AcceptLimit limit(int value) {
		AcceptLimit limit = new AcceptLimit("things", value);
		limit.activate(stub(ServerContext.class, this.gate));
		return limit;
	}

	private Request request() {
		SocketAddress nobody = new InetSocketAddress(0);
		return new DatagramRequest(stub(ServerContext.class, this.gate), new byte[0], false,
				stub(DatagramOutput.class, true), DatagramOptions.DEFAULT,
				new RequestOrigin(1, nobody, Optional.empty(), nobody, Instant.EPOCH));
	}

	private static <T> T stub(Class<T> type, Object answer) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> switch (method.getName()) {
					case "hashCode" -> System.identityHashCode(proxy);
					case "equals" -> System.identityHashCode(proxy) == System.identityHashCode(arguments[0]);
					case "name", "toString" -> "stub";
					default -> answer;
				}));
	}

	/**
	 * Does at once what the server's gate has its loop do.
	 */
	private static final class SimpleGate implements AcceptGate {

		private final Set<Object> holders = ConcurrentHashMap.newKeySet();

		private volatile boolean later;

		@Override
		public void hold(Object holder) {
			this.holders.add(holder);
		}

		@Override
		public void release(Object holder) {
			this.holders.remove(holder);
		}

		@Override
		public void releaseAfter(Object holder, Duration delay) {
			this.later = true;
		}

		@Override
		public boolean isOpen() {
			return this.holders.isEmpty();
		}

		@Override
		public Set<Object> holders() {
			return this.holders;
		}

	}

}
