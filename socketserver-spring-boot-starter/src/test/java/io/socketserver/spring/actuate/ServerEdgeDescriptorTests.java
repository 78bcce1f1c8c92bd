package io.socketserver.spring.actuate;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.NoSuchAlgorithmException;
import java.util.List;

import javax.net.ssl.SSLContext;

import org.junit.jupiter.api.Test;

import io.socketserver.BaseServer;
import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.UdpOptions;
import io.socketserver.UdpServer;
import io.socketserver.proxy.ProxyProtocol;
import io.socketserver.request.Cidr;
import io.socketserver.request.RequestHandlerFactory;
import io.socketserver.spring.actuate.ServerDescriptor.Tls;
import io.socketserver.spring.actuate.ServerDescriptor.Udp;
import io.socketserver.tls.ClientAuth;
import io.socketserver.tls.TlsContext;
import io.socketserver.tls.TlsOptions;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A descriptor says what a server does beyond plain requests.
 */
class ServerEdgeDescriptorTests {

	private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

	private static final RequestHandlerFactory NOBODY = () -> {
		throw new IllegalStateException("Nobody asks");
	};

	private final TlsOptions tls = tls();

	private static TlsOptions tls() {
		try {
			return TlsOptions.of(SSLContext.getDefault());
		}
		catch (NoSuchAlgorithmException ex) {
			throw new AssertionError(ex);
		}
	}

	@Test
	void aPlainServerDoesNothingElse() {
		ServerDescriptor descriptor = ServerDescriptor.of(new TcpServer(ANY_PORT, NOBODY));
		assertThat(descriptor.tls()).isNull();
		assertThat(descriptor.proxies()).isNull();
		assertThat(descriptor.udp()).isNull();
	}

	@Test
	void saysHowConnectionsSpeakTls() throws NoSuchAlgorithmException {
		TlsContext other = new TlsContext(SSLContext.getDefault());
		TlsOptions options = this.tls.withClientAuth(ClientAuth.NEED)
			.withServerName("b.example.org", () -> other)
			.withServerName("*.a.example.org", () -> other)
			.withApplicationProtocols("h2", "http/1.1");
		assertThat(ServerDescriptor.of(tcp(ServerOptions.DEFAULT.withTls(options))).tls())
			.isEqualTo(new Tls(false, "need", List.of("*.a.example.org", "b.example.org"), List.of("h2", "http/1.1")));
		assertThat(ServerDescriptor.of(tcp(ServerOptions.DEFAULT.withTls(this.tls.withOnDemand(true)))).tls())
			.isEqualTo(new Tls(true, "none", List.of(), List.of()));
	}

	@Test
	void saysWhoseProxyHeadersItBelieves() {
		ProxyProtocol protocol = ProxyProtocol.requiredFrom(List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("192.0.2.7")));
		assertThat(ServerDescriptor.of(tcp(ServerOptions.DEFAULT.withProxyProtocol(protocol))).proxies())
			.containsExactly("10.0.0.0/8", "192.0.2.7/32");
	}

	@Test
	void saysWhatDatagramsForm() throws Exception {
		UdpOptions group = UdpOptions.DEFAULT.withMulticastGroup(InetAddress.getByName("239.1.1.1"));
		ServerDescriptor descriptor = ServerDescriptor
			.of(new UdpServer(ANY_PORT, NOBODY, ServerOptions.DEFAULT.withTls(this.tls).withUdp(group)));
		assertThat(descriptor.udp()).isEqualTo(new Udp(false, "239.1.1.1"));
		assertThat(descriptor.tls()).as("of datagrams").isNull();
	}

	private static BaseServer tcp(ServerOptions options) {
		return new TcpServer(ANY_PORT, NOBODY, options);
	}

}
