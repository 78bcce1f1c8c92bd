package io.socketserver.spring.actuate;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SanitizableData;

import io.socketserver.request.Connection;
import io.socketserver.tls.TlsSession;

/**
 * A connection as an operator sees it. What tells who the peer is, its address, its
 * identity and its certificate's subject, is asterisks where addresses are not shown; so
 * is the proxy's address.
 *
 * @param id its id, unique in the application
 * @param server the server's name
 * @param clientAddress the peer
 * @param proxyAddress the proxy that has passed the connection on; none if none has
 * @param localAddress where it arrived
 * @param acceptedAt when it was accepted
 * @param age the time since
 * @param idleTime the time since the last byte came in or went out
 * @param state {@code queued}, {@code running}, {@code idle}, {@code reading},
 * {@code writing}, {@code closing} or {@code closed}
 * @param bytesIn bytes read from the peer
 * @param bytesOut bytes the kernel took for the peer
 * @param requests how many requests it has begun
 * @param identity who the peer is, as the application has said; none if it has not
 * @param tls what its TLS handshake agreed on; none without TLS, or before that
 * @param closeReason why it is being ended; none if it is not
 */
public record ConnectionDescriptor(String id, String server, String clientAddress, @Nullable String proxyAddress,
		String localAddress, Instant acceptedAt, Duration age, Duration idleTime, String state, long bytesIn,
		long bytesOut, long requests, @Nullable String identity, @Nullable Tls tls,
		@Nullable String closeReason) implements OperationResponseBody {

	static ConnectionDescriptor of(Connection connection, boolean showAddresses) {
		UnaryOperator<String> peer = (text) -> showAddresses ? text : SanitizableData.SANITIZED_VALUE;
		return new ConnectionDescriptor(connection.id(), connection.server().name(),
				peer.apply(Texts.of(connection.clientAddress())),
				connection.proxyAddress().map(Texts::of).map(peer).orElse(null), Texts.of(connection.localAddress()),
				connection.acceptedAt().truncatedTo(ChronoUnit.MILLIS), connection.age().truncatedTo(ChronoUnit.MILLIS),
				connection.idleTime().truncatedTo(ChronoUnit.MILLIS), Texts.of(connection.state()),
				connection.bytesIn(), connection.bytesOut(), connection.requests(),
				connection.identity().map(Texts::inOneLine).map(peer).orElse(null),
				connection.tls().map((session) -> Tls.of(session, peer)).orElse(null),
				connection.closeReason().map(Texts::of).orElse(null));
	}

	/**
	 * What a TLS handshake agreed on.
	 *
	 * @param protocol the version, such as {@code TLSv1.3}
	 * @param cipherSuite the cipher suite
	 * @param serverName the name that the client asked for (SNI); none if it did not
	 * @param applicationProtocol the protocol chosen by ALPN; none if none was
	 * @param peerSubject the subject of the client's certificate; none if it sent none
	 */
	public record Tls(String protocol, String cipherSuite, @Nullable String serverName,
			@Nullable String applicationProtocol, @Nullable String peerSubject) {

		static Tls of(TlsSession session, UnaryOperator<String> peer) {
			return new Tls(session.protocol(), session.cipherSuite(),
					session.serverName().map(Texts::inOneLine).orElse(null),
					session.applicationProtocol().map(Texts::inOneLine).orElse(null),
					session.peerPrincipal().map(Principal::getName).map(Texts::inOneLine).map(peer).orElse(null));
		}

	}

}
