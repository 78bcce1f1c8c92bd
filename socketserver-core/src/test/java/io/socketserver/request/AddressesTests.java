package io.socketserver.request;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class AddressesTests {

	@ParameterizedTest
	@CsvSource({ "127.0.0.1, 127.0.0.1:9", "0.0.0.0, 0.0.0.0:9", "::ffff:192.0.2.7, 192.0.2.7:9", "::1, [::1]:9",
			"::, [::]:9", "2001:db8:0:0:0:0:0:7, [2001:db8::7]:9", "2001:0DB8:0:1:1:1:1:1, [2001:db8:0:1:1:1:1:1]:9",
			"2001:0:0:1:0:0:0:1, [2001:0:0:1::1]:9", "2001:db8:0:0:1:0:0:1, [2001:db8::1:0:0:1]:9",
			"1:2:3:4:5:6:0:0, [1:2:3:4:5:6::]:9", "1:2:3:4:5:6:7:8, [1:2:3:4:5:6:7:8]:9" })
	void anAddressHasOneForm(String address, String expected) throws Exception {
		assertThat(Addresses.text(new InetSocketAddress(InetAddress.getByName(address), 9))).isEqualTo(expected);
	}

	@Test
	void aNameIsNeitherLookedUpNorShownBesideItsAddress() throws Exception {
		assertThat(Addresses.text(InetSocketAddress.createUnresolved("no.such.host", 9))).isEqualTo("no.such.host:9");
		InetAddress named = InetAddress.getByAddress("named", new byte[] { 127, 0, 0, 1 });
		assertThat(Addresses.text(new InetSocketAddress(named, 9))).isEqualTo("127.0.0.1:9");
	}

	@Test
	void aZoneIsLeftOut() throws Exception {
		byte[] local = InetAddress.getByName("fe80::1").getAddress();
		assertThat(Addresses.text(Inet6Address.getByAddress(null, local, 1))).isEqualTo("fe80::1");
	}

	@Test
	void anotherKindOfAddressSaysItItself() {
		assertThat(Addresses.text(UnixPeerAddress.UNKNOWN)).isEqualTo(UnixPeerAddress.UNKNOWN.toString());
	}

}
