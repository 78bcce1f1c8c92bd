package io.socketserver.spring.autoconfigure;

import java.nio.file.Path;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStore;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.socketserver.message.MessageConnection;
import io.socketserver.message.MessageHandler;
import io.socketserver.spring.RequestHandler;
import io.socketserver.spring.SocketServers;
import io.socketserver.spring.diagnostics.MissingTruststoreException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is configured of TLS and cannot be meant fails the start.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class TlsConfigurationTests {

	@TempDir
	private static Path made;

	private final ApplicationContextRunner plain = Runners.onLoopback()
		.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
		.withUserConfiguration(EchoMessages.class);

	@BeforeAll
	static void makeCertificates() {
		new PemFiles(made).make("one").make("two");
	}

	/**
	 * With bundles that have keys, and nobody to trust.
	 */
	private ApplicationContextRunner secure() {
		return this.plain.withPropertyValues(bundle("one"))
			.withPropertyValues(bundle("two"))
			.withPropertyValues("socketserver.ssl.bundle=one");
	}

	private static String[] bundle(String name) {
		String prefix = "spring.ssl.bundle.pem." + name + ".keystore.";
		return new String[] { prefix + "certificate=file:" + made.resolve(name + ".crt"),
				prefix + "private-key=file:" + made.resolve(name + ".key") };
	}

	@ParameterizedTest
	@CsvSource({ "client-auth, need", "client-auth, want", "server-name-bundles.example.org, one", "on-demand, true",
			"handshake-timeout, 3s", "application-protocols, h2", "handshakes-on-loop, true" })
	void aKeyOfTlsWithoutABundleFailsTheStart(String key, String value) {
		for (String prefix : new String[] { "socketserver.", "socketserver.servers.echo." }) {
			this.plain.withPropertyValues(prefix + "ssl." + key + "=" + value).run((context) -> {
				InvalidConfigurationPropertyValueException failure = Runners.refusal(context.getStartupFailure());
				assertThat(prefix + "ssl." + key).startsWith(failure.getName());
				assertThat(failure.getReason()).contains("no effect")
					.contains("speaks in clear")
					.contains("set " + prefix + "ssl.bundle");
			});
		}
	}

	@Test
	void aKeyOfTlsIsADefaultForTheServersThatHaveABundle() {
		this.plain.withPropertyValues(bundle("one"))
			.withPropertyValues("socketserver.ssl.handshake-timeout=3s", "socketserver.servers.plain.port=0",
					"socketserver.servers.secure.port=0", "socketserver.servers.secure.ssl.bundle=one")
			.run((context) -> assertThat(TestClient.ask(Runners.port(context, "plain"), "hello")).isEqualTo("hello"));
	}

	@Test
	void whoIsToShowACertificateDoesNotGetInWhereThereIsNoBundle() {
		ApplicationContextRunner two = this.plain.withPropertyValues(bundle("one"))
			.withPropertyValues("socketserver.ssl.client-auth=need", "socketserver.servers.plain.port=0",
					"socketserver.servers.secure.port=0", "socketserver.servers.secure.ssl.bundle=one",
					"spring.ssl.bundle.pem.one.truststore.certificate=file:" + made.resolve("one.crt"));
		two.run((context) -> assertThat(Runners.refusal(context.getStartupFailure()).getReason())
			.contains("'plain' has no ssl.bundle")
			.contains("socketserver.servers.plain.ssl.enabled to false"));
		two.withPropertyValues("socketserver.servers.plain.ssl.enabled=false")
			.run((context) -> assertThat(TestClient.ask(Runners.port(context, "plain"), "hello")).isEqualTo("hello"));
	}

	@Test
	void loopsMayComputeHandshakes() {
		secure().withPropertyValues("socketserver.concurrency=multiplex", "socketserver.ssl.handshakes-on-loop=true")
			.run((context) -> assertThat(context.getBean(SocketServers.class)
				.find("default")
				.orElseThrow()
				.options()
				.tls()
				.orElseThrow()
				.isHandshakesOnLoop()).isTrue());
		secure().withPropertyValues("socketserver.concurrency=thread", "socketserver.ssl.handshakes-on-loop=true")
			.run((context) -> assertThat(Runners.refusal(context.getStartupFailure()).getReason())
				.contains("set concurrency to"));
	}

	@Test
	void tlsMayBeSwitchedOffWithAllItsKeys() {
		this.plain
			.withPropertyValues("socketserver.ssl.enabled=false", "socketserver.ssl.client-auth=need",
					"socketserver.ssl.handshake-timeout=3s")
			.run((context) -> assertThat(TestClient.ask(Runners.port(context), "hello")).isEqualTo("hello"));
	}

	@ParameterizedTest
	@CsvSource({ "enabled, true", "bundle, one", "client-auth, need", "server-name-bundles.example.org, one",
			"on-demand, true", "handshake-timeout, 3s", "application-protocols, h2", "handshakes-on-loop, true" })
	void datagramsKnowNoKeyOfTls(String key, String value) {
		this.plain
			.withPropertyValues("socketserver.transport=udp", "socketserver.udp.sessions=true",
					"socketserver.ssl." + key + "=" + value)
			.run((context) -> {
				InvalidConfigurationPropertyValueException failure = Runners.refusal(context.getStartupFailure());
				assertThat("socketserver.ssl." + key).startsWith(failure.getName());
				assertThat(failure.getReason()).contains("is udp; set transport to tcp, or remove it");
			});
	}

	@Test
	void aUnixSocketThatIsToAskForCertificatesNeedsABundleToo() {
		Runners.runner()
			.withUserConfiguration(EchoMessages.class)
			.withPropertyValues("socketserver.unix-path=" + made.resolve("a.sock"), "socketserver.ssl.client-auth=need")
			.run((context) -> assertThat(Runners.refusal(context.getStartupFailure()).getReason())
				.contains("set socketserver.ssl.bundle"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "need", "want" })
	void whoTrustsNobodyInParticularCannotAskForCertificates(String asked) {
		secure().withPropertyValues("socketserver.ssl.client-auth=" + asked)
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.isInstanceOfSatisfying(MissingTruststoreException.class, (failure) -> {
					assertThat(failure).hasMessageContaining("'socketserver.ssl.client-auth' is " + asked)
						.hasMessageContaining("the SSL bundle 'one'")
						.hasMessageContaining("no truststore");
					assertThat(failure.action()).contains("spring.ssl.bundle.pem.one.truststore.certificate");
				}));
	}

	@Test
	void theBundlesOfServerNamesHaveToSayWhomTheyTrustToo() {
		secure()
			.withPropertyValues("socketserver.ssl.client-auth=need", trust("one"),
					"socketserver.ssl.server-name-bundles.example.org=two")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.isInstanceOf(MissingTruststoreException.class)
				.hasMessageContaining("the SSL bundle 'two'")
				.hasMessageContaining("socketserver.ssl.server-name-bundles[example.org]"));
	}

	@Test
	void aBundleThatServesOthersWithoutATruststoreIsStillRefused() {
		secure()
			.withPropertyValues("socketserver.servers.all.port=0", "socketserver.servers.known.port=0",
					"socketserver.servers.known.ssl.client-auth=need")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.isInstanceOf(MissingTruststoreException.class)
				.hasMessageContaining("'socketserver.servers.known.ssl.client-auth' is need"));
	}

	@Test
	void trustManagersOfTheApplicationSayWhomTheyTrust() {
		secure().withBean(SslBundleRegistrar.class, () -> (registry) -> registry.registerBundle("own", ownTrust()))
			.withPropertyValues("socketserver.ssl.client-auth=need", "socketserver.ssl.bundle=own")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void anUpdateDoesNotTakeTheTruststoreAway(CapturedOutput output) {
		secure().withPropertyValues("socketserver.ssl.client-auth=need", trust("one")).run((context) -> {
			SslBundleRegistry registry = context.getBean(SslBundleRegistry.class);
			registry.updateBundle("one", context.getBean(SslBundles.class).getBundle("two"));
			assertThat(output).contains("The update of the SSL bundle 'one' cannot be used")
				.contains("it has no truststore, and clients are asked for certificates");
		});
	}

	@Test
	void aStarNeedsBracketsToGetThroughYaml() {
		secure()
			.withInitializer(Runners.yaml("socketserver: { ssl: { server-name-bundles: { '*.example.org': two } } }"))
			.run((context) -> {
				InvalidConfigurationPropertyValueException failure = Runners.refusal(context.getStartupFailure());
				assertThat(failure.getName()).isEqualTo("socketserver.ssl.server-name-bundles.*.example.org");
				assertThat(failure.getReason()).contains("\"[*.example.org]\"");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "[ two ]", "[ { name: example.org, bundle: two } ]" })
	void serverNamesAreAMapAndNoList(String list) {
		secure()
			.withInitializer(Runners
				.yaml("socketserver: { servers: { echo: { port: 0, ssl: { server-name-bundles: " + list + " } } } }"))
			.run((context) -> {
				InvalidConfigurationPropertyValueException failure = Runners.refusal(context.getStartupFailure());
				assertThat(failure.getName()).startsWith("socketserver.servers.echo.ssl.server-name-bundles[0]");
				assertThat(failure.getReason()).contains("no list").contains("example.org: some-bundle");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "a.*.org", "*", "a*.example.org", ".example.org", "exa mple.org" })
	void whatIsNoNameOfAServerIsRefused(String name) {
		secure().withPropertyValues("socketserver.ssl.server-name-bundles[" + name + "]=two").run((context) -> {
			InvalidConfigurationPropertyValueException failure = Runners.refusal(context.getStartupFailure());
			assertThat(failure.getName()).isEqualTo("socketserver.ssl.server-name-bundles[" + name + "]");
			assertThat(failure.getReason()).contains("'" + name + "' is no server name").contains("*.example.org");
		});
	}

	@Test
	void anEmptyApplicationProtocolIsRefused() {
		secure().withPropertyValues("socketserver.ssl.application-protocols=h2,")
			.run((context) -> assertThat(Runners.refusal(context.getStartupFailure()).getReason())
				.contains("1 to 255 bytes"));
	}

	@ParameterizedTest
	@CsvSource({ "'', TLS", "socketserver.ssl.on-demand=true, TLS on demand",
			"socketserver.ssl.client-auth=need, TLS with certificates of clients" })
	void theStartIsLoggedWithTls(String property, String how, CapturedOutput output) {
		secure().withPropertyValues(trust("one"), property)
			.run((context) -> assertThat(output).contains("started on 127.0.0.1:" + Runners.port(context))
				.contains("(tcp, platform threads, " + how + ")"));
	}

	@Test
	void theStartIsLoggedWithTheProxyProtocol(CapturedOutput output) {
		this.plain.withPropertyValues("socketserver.proxy-protocol.required-from=10.0.0.1")
			.run((context) -> assertThat(output).contains("(tcp, platform threads, PROXY protocol)"));
	}

	@Test
	void theStartIsLoggedWithSessions(CapturedOutput output) {
		this.plain.withPropertyValues("socketserver.transport=udp", "socketserver.udp.sessions=true")
			.run((context) -> assertThat(output).contains("(udp, pool of 16 threads, sessions)"));
	}

	private static SslBundle ownTrust() {
		PemSslStore keys = PemSslStore
			.load(new PemSslStoreDetails(null, "file:" + made.resolve("one.crt"), "file:" + made.resolve("one.key")));
		SslStoreBundle stores = new PemSslStoreBundle(keys, null);
		SslManagerBundle own = SslManagerBundle.from(new PemFiles.Anybody());
		return SslBundle.of(stores, SslBundleKey.NONE, SslOptions.NONE, SslBundle.DEFAULT_PROTOCOL, own);
	}

	private static String trust(String name) {
		return "spring.ssl.bundle.pem." + name + ".truststore.certificate=file:" + made.resolve("two.crt");
	}

	@RequestHandler
	static class EchoMessages implements MessageHandler<String, String> {

		@Override
		public String onMessage(MessageConnection<String> connection, String message) {
			return message;
		}

	}

}
