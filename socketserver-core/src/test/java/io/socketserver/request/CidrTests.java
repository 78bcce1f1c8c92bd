package io.socketserver.request;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * {@link Cidr}.
 */
class CidrTests {

	@ParameterizedTest
	@CsvSource({ "10.0.0.0/8, 10.0.0.0, true", "10.0.0.0/8, 10.255.255.255, true", "10.0.0.0/8, 11.0.0.0, false",
			"10.0.0.0/8, 9.255.255.255, false", "192.0.2.128/25, 192.0.2.128, true",
			"192.0.2.128/25, 192.0.2.127, false", "192.0.2.7, 192.0.2.7, true", "192.0.2.7, 192.0.2.6, false",
			"0.0.0.0/0, 255.255.255.255, true", "0.0.0.0/0, 2001:db8::1, false", "::/0, 2001:db8::1, true",
			"::/0, 10.0.0.1, false", "2001:db8::/32, 2001:db8:ffff::1, true", "2001:db8::/32, 2001:db9::, false",
			"2001:db8::/33, 2001:db8:7fff::, true", "2001:db8::/33, 2001:db8:8000::, false", "::1, ::1, true",
			"::1, ::2, false", "::ffff:10.0.0.0/104, 10.1.2.3, true", "::ffff:10.0.0.0/104, 11.1.2.3, false",
			"::ffff:10.0.0.1, 10.0.0.1, true" })
	void contains(String block, String address, boolean contained) throws Exception {
		InetAddress inet = InetAddress.getByName(address);
		assertThat(Cidr.parse(block).contains(inet)).isEqualTo(contained);
		assertThat(Cidr.parse(block).contains(new InetSocketAddress(inet, 80))).isEqualTo(contained);
	}

	@Test
	void containsNoPeerWithoutAnIpAddress() {
		assertThat(Cidr.parse("0.0.0.0/0").contains(UnixPeerAddress.UNKNOWN)).isFalse();
		assertThat(Cidr.parse("0.0.0.0/0").contains(InetSocketAddress.createUnresolved("localhost", 1))).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "/", "/8", "10", "10.0.0/8", "10.0.0.0.0", "010.0.0.0/8", "256.0.0.0/8", "0x0a.0.0.0",
			"localhost", "example.org/24", "10.0.0.0 /8", " 10.0.0.0/8", "10.0.0.0/8 ", "1:2", ":::", "2001:db8::1::2",
			"[::1]", "fe80::1%eth0", "fe80::1%1/64", "12345::", "10.0.0.0/8/8", "10.0.0.0-10.0.0.9", "*", "10.*" })
	void refusesWhatIsNoAddress(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> Cidr.parse(text)).withMessageContaining("'" + text + "'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/+8", "10.0.0.0/eight",
			"10.0.0.0/255.0.0.0", "2001:db8::/129", "::ffff:10.0.0.0/95", "10.0.0.0/99999999999" })
	void refusesABadPrefix(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> Cidr.parse(text))
			.withMessageContaining("'" + text + "'")
			.withMessageContaining("prefix");
	}

	@Test
	void refusesBitsBeyondThePrefixAndSaysWhatIsMeant() {
		assertThatIllegalArgumentException().isThrownBy(() -> Cidr.parse("10.1.2.3/8"))
			.withMessageContaining("10.1.2.3/8")
			.withMessageContaining("write 10.0.0.0/8");
	}

	@Test
	void isAValue() throws UnknownHostException {
		assertThat(Cidr.parse("10.0.0.0/8")).isEqualTo(Cidr.around(InetAddress.getByName("10.9.9.9"), 8))
			.hasSameHashCodeAs(Cidr.parse("10.0.0.0/8"))
			.isNotEqualTo(Cidr.parse("10.0.0.0/9"))
			.hasToString("10.0.0.0/8");
		assertThat(Cidr.parse("192.0.2.7")).hasToString("192.0.2.7/32");
		assertThat(Cidr.parse("::1").prefixLength()).isEqualTo(128);
		assertThatIllegalArgumentException().isThrownBy(() -> Cidr.around(Cidr.parse("::1").network(), 129))
			.withMessageContaining("0 to 128");
	}

}
