package io.socketserver.spring.health;

import java.util.List;
import java.util.Locale;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

import io.socketserver.BaseServer;
import io.socketserver.request.Addresses;

/**
 * A {@link HealthIndicator} of a socket server. Asks the server only, opens no
 * connection, and never blocks.
 * <ul>
 * <li>UP: it serves. What keeps it from accepting for a while, a limit that is reached or
 * failures of the system, is a detail</li>
 * <li>OUT_OF_SERVICE: it is paused or draining, or was closed, all of which somebody
 * asked for</li>
 * <li>DOWN: its loop has ended, though nobody has closed it: clients wait in vain</li>
 * <li>UNKNOWN: it was never started</li>
 * </ul>
 */
public class SocketServerHealthIndicator extends AbstractHealthIndicator {

	private final BaseServer server;

	/**
	 * The indicator.
	 * @param server the server
	 */
	public SocketServerHealthIndicator(BaseServer server) {
		super("The socket server '" + server.name() + "' does not say how it is");
		this.server = server;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		builder.status(status())
			.withDetail("state", this.server.state().name().toLowerCase(Locale.ROOT))
			.withDetail("address", Addresses.text(this.server.serverAddress()))
			.withDetail("connections", this.server.connections().count());
		List<String> holders = this.server.acceptGate().holders().stream().map(Object::toString).sorted().toList();
		if (!holders.isEmpty()) {
			builder.withDetail("acceptHeldBy", holders);
		}
		long failures = this.server.statistics().acceptFailures();
		if (failures > 0) {
			builder.withDetail("acceptFailures", failures);
		}
	}

	private Status status() {
		return switch (this.server.state()) {
			case SERVING -> this.server.isPaused() ? Status.OUT_OF_SERVICE : Status.UP;
			case DRAINING, CLOSED -> Status.OUT_OF_SERVICE;
			case BOUND, STOPPED -> Status.DOWN;
			case NEW -> Status.UNKNOWN;
		};
	}

}
