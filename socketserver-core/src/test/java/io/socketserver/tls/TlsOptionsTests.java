package io.socketserver.tls;

import java.security.NoSuchAlgorithmException;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What no handshake could do is refused beforehand.
 */
class TlsOptionsTests {

	private Supplier<TlsContext> context;

	private TlsOptions options;

	@BeforeEach
	void setUp() throws NoSuchAlgorithmException {
		TlsContext any = new TlsContext(SSLContext.getDefault());
		this.context = () -> any;
		this.options = TlsOptions.of(this.context);
	}

	@ParameterizedTest
	@ValueSource(strings = { "example.org", "EXAMPLE.org.", "localhost", "*.example.org", "*.org", "a-b.c_d.x1",
			"xn--bcher-kva.example" })
	void namesOfHostsAreServerNames(String name) {
		assertThat(this.options.withServerName(name, this.context).serverNames()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", ".", "*", "*.", ".example.org", "a..org", "a.*.org", "a*.example.org",
			"*.*.example.org", "-a.org", "a b.org", "bücher.example", "example.org:443" })
	void otherNamesAreNot(String name) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.options.withServerName(name, this.context))
			.withMessageContaining("'" + name + "' is no server name")
			.withMessageContaining("*.example.org");
	}

	@Test
	void anApplicationProtocolHasAName() {
		assertThat(this.options.withApplicationProtocols("h2", "x".repeat(255)).applicationProtocols()).hasSize(2);
		for (String name : new String[] { "", "x".repeat(256) }) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.options.withApplicationProtocols("h2", name))
				.withMessageContaining("1 to 255 bytes")
				.withMessageContaining("has " + name.length());
		}
	}

}
