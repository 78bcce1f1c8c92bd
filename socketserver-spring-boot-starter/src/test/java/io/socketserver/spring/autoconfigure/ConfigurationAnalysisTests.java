package io.socketserver.spring.autoconfigure;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.socketserver.message.MessageConnection;
import io.socketserver.message.MessageHandler;
import io.socketserver.spring.RequestHandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * What a user reads when an application does not start for its configuration.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class ConfigurationAnalysisTests {

	private static final String PEM = "spring.ssl.bundle.pem.mine.keystore.";

	private static final String JKS = "spring.ssl.bundle.jks.mine.";

	@TempDir
	private static Path made;

	@BeforeAll
	static void makeCertificates() {
		new PemFiles(made).make("one").make("two");
	}

	@ParameterizedTest
	@CsvSource({ "ssl, socketserver.ssl.bundle", "proxy-protocol, socketserver.proxy-protocol.required-from",
			"udp, socketserver.udp.multicast-group", "servers.echo, socketserver.servers.echo.port",
			"servers.echo.ssl, socketserver.servers.echo.ssl.client-auth", "ssl.server-name-bundles, as a map" })
	void aGroupOfKeysThatHasAValueIsNamedWithItsKeys(String group, String key, CapturedOutput output) {
		fail("socketserver." + group + "=true");
		assertThat(output).contains("'socketserver." + group + "' has a value itself, but is a group of keys")
			.contains(key)
			.doesNotContain("ConverterNotFoundException");
	}

	@Test
	void anUnknownBundleWhereThereIsNone(CapturedOutput output) {
		fail("socketserver.ssl.bundle=mine");
		assertThat(output).contains("names the SSL bundle 'mine', which does not exist. There is none at all.")
			.contains("spring.ssl.bundle.pem.mine.keystore.certificate");
	}

	@Test
	void aFileOfABundleThatIsMissing(CapturedOutput output) {
		failWithBundle(PEM + "certificate=file:" + made.resolve("none.crt"), pem("private-key", "one.key"));
		assertThat(output).contains("'file:" + made.resolve("none.crt") + "'")
			.contains("No such file")
			.contains("Put the file there")
			.contains("spring.ssl.bundle.pem.mine.keystore.certificate");
	}

	@Test
	void aKeyStoreOfABundleThatIsMissing(CapturedOutput output) {
		failWithBundle(JKS + "keystore.location=file:" + made.resolve("none.p12"));
		assertThat(output).contains("No such file")
			.contains("Put the file there")
			.contains("spring.ssl.bundle.jks.mine.keystore.location");
	}

	@Test
	void aKeyOfAnotherCertificate(CapturedOutput output) {
		failWithBundle(pem("certificate", "one.crt"), pem("private-key", "two.key"));
		assertThat(output).contains("cannot use: the private key and the certificate do not belong together.");
	}

	@Test
	void aWrongPasswordOfAKeyStore(CapturedOutput output) {
		failWithBundle(JKS + "keystore.location=file:" + made.resolve("one.p12"), JKS + "keystore.password=wrong");
		assertThat(output).contains("password was incorrect").contains("spring.ssl.bundle.jks.mine.keystore.password");
	}

	@Test
	void anAliasThatTheKeyStoreDoesNotHave(CapturedOutput output) {
		failWithBundle(JKS + "keystore.location=file:" + made.resolve("one.p12"), JKS + "keystore.password=changeit",
				JKS + "key.alias=foo");
		assertThat(output).contains("does not contain alias 'foo'")
			.contains("Correct or remove spring.ssl.bundle.jks.mine.key.alias");
	}

	private static String pem(String key, String file) {
		return PEM + key + "=file:" + made.resolve(file);
	}

	@Test
	void anUnknownInterface(CapturedOutput output) {
		fail("socketserver.transport=udp", "socketserver.udp.sessions=true",
				"socketserver.udp.multicast-group=239.1.1.1", "socketserver.udp.multicast-interface=eth77");
		assertThat(output).contains("There is no network interface 'eth77'")
			.contains("Set socketserver.udp.multicast-interface to the name of an interface");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "transport=udp max-packet-size=0 udp.sessions=true | It must be between 1 and 65535 bytes",
					"transport=udp udp.sessions=true udp.multicast-group=10.0.0.1 | It must be a multicast address",
					"proxy-protocol.required-from=10.0.0.1 proxy-protocol.header-timeout=0 | It must be more than zero",
					"keep-alive.count=-1 | It must not be negative", "max-connections=0 | It must be at least 1",
					"framing.max-frame-size=0 framing.type=raw | It must be from 1 to",
					"idle-timeout=-1s | It must not be negative" })
	void aValueIsCalledByNoNameOfJava(String properties, String reason, CapturedOutput output) {
		fail(Arrays.stream(properties.split(" ")).map("socketserver."::concat).toArray(String[]::new));
		assertThat(output).contains("\n" + reason);
	}

	private static void failWithBundle(String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("socketserver.ssl.bundle=mine");
		fail(all.toArray(String[]::new));
	}

	private static void fail(String... properties) {
		assertThatException()
			.isThrownBy(() -> new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
				.properties("socketserver.port=0", "socketserver.address=127.0.0.1")
				.properties(properties)
				.run()
				.close());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(EchoMessages.class)
	static class Application {

	}

	@RequestHandler
	static class EchoMessages implements MessageHandler<String, String> {

		@Override
		public String onMessage(MessageConnection<String> connection, String message) {
			return message;
		}

	}

}
