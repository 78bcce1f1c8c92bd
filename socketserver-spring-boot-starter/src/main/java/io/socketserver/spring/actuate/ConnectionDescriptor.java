package io.socketserver.spring.actuate;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SanitizableData;

import io.socketserver.request.Connection;

/**
 * A connection as an operator sees it.
 *
 * @param id its id, unique in the application
 * @param server the server's name
 * @param clientAddress the peer, or asterisks if addresses are not shown
 * @param localAddress where it arrived
 * @param acceptedAt when it was accepted
 * @param age the time since
 * @param idleTime the time since the last byte came in or went out
 * @param state {@code queued}, {@code running}, {@code idle}, {@code reading},
 * {@code writing}, {@code closing} or {@code closed}
 * @param bytesIn bytes read from the peer
 * @param bytesOut bytes the kernel took for the peer
 * @param requests how many requests it has begun
 * @param closeReason why it is being ended; none if it is not
 */
public record ConnectionDescriptor(String id, String server, String clientAddress, String localAddress,
		Instant acceptedAt, Duration age, Duration idleTime, String state, long bytesIn, long bytesOut, long requests,
		@Nullable String closeReason) implements OperationResponseBody {

	static ConnectionDescriptor of(Connection connection, boolean showAddresses) {
		return new ConnectionDescriptor(connection.id(), connection.server().name(),
				showAddresses ? Texts.of(connection.clientAddress()) : SanitizableData.SANITIZED_VALUE,
				Texts.of(connection.localAddress()), connection.acceptedAt().truncatedTo(ChronoUnit.MILLIS),
				connection.age().truncatedTo(ChronoUnit.MILLIS), connection.idleTime().truncatedTo(ChronoUnit.MILLIS),
				Texts.of(connection.state()), connection.bytesIn(), connection.bytesOut(), connection.requests(),
				connection.closeReason().map(Texts::of).orElse(null));
	}

}
