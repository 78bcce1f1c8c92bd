package io.socketserver.mixin;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import io.socketserver.request.Cidr;
import io.socketserver.request.CloseReason;
import io.socketserver.request.UnixPeerAddress;
import io.socketserver.support.Await;
import io.socketserver.support.Client;
import io.socketserver.support.LogLines;
import io.socketserver.support.Script;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * {@link AddressRulesMixIn} and {@link PerAddressLimitMixIn}.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AddressMixInTests {

	@ParameterizedTest
	@CsvSource({ "'', '', 192.0.2.1, true", "10.0.0.0/8, '', 10.1.1.1, true", "10.0.0.0/8, '', 192.0.2.1, false",
			"'', 10.0.0.0/8, 10.1.1.1, false", "'', 10.0.0.0/8, 192.0.2.1, true",
			"10.0.0.0/8, 10.0.0.66, 10.0.0.66, false", "10.0.0.0/8, 10.0.0.66, 10.0.0.67, true",
			// Who is denied stays so, also where the permission is the closer match.
			"10.0.0.66, 10.0.0.0/8, 10.0.0.66, false", "10.0.0.0/8, '', ::1, false", "'', 0.0.0.0/0, ::1, true",
			"2001:db8::/32, '', 2001:db8::9, true" })
	void allows(String allow, String deny, String address, boolean allowed) throws Exception {
		AddressRulesMixIn rules = new AddressRulesMixIn(blocks(allow), blocks(deny));
		assertThat(rules.allows(new InetSocketAddress(InetAddress.getByName(address), 1))).isEqualTo(allowed);
	}

	@Test
	void aPeerWithoutAnAddressIsInNoBlock() {
		assertThat(new AddressRulesMixIn(blocks("0.0.0.0/0"), List.of()).allows(UnixPeerAddress.UNKNOWN)).isFalse();
		assertThat(new AddressRulesMixIn(List.of(), blocks("0.0.0.0/0")).allows(UnixPeerAddress.UNKNOWN)).isTrue();
	}

	private static List<Cidr> blocks(String text) {
		return text.isEmpty() ? List.of() : Stream.of(text.split(" ")).map(Cidr::parse).toList();
	}

	@ParameterizedTest
	@EnumSource
	void refusesAndCounts(Strategy strategy) throws Exception {
		AddressRulesMixIn rules = new AddressRulesMixIn(blocks("127.0.0.0/8"), blocks("127.0.0.2 127.0.0.16/28"));
		try (TestServer server = TestServer.with(strategy).over(rules).start(Script.UPPER)) {
			for (String denied : new String[] { "127.0.0.2", "127.0.0.17", "127.0.0.31" }) {
				try (Client client = Client.connectFrom(denied, server.server().serverAddress())) {
					assertThat(client.end()).isEqualTo(Client.End.ORDERLY);
				}
			}
			for (String allowed : new String[] { "127.0.0.1", "127.0.0.3", "127.0.0.32" }) {
				try (Client client = Client.connectFrom(allowed, server.server().serverAddress())) {
					assertThat(client.ask("in")).isEqualTo("IN");
				}
			}
			server.awaitQuiet();
			assertThat(server.server().statistics().refused()).isEqualTo(3);
			assertThat(server.trace().calls("processRequest")).isEqualTo(3);
		}
	}

	@Test
	void saysByWhichBlockItRefuses() throws Exception {
		AddressRulesMixIn rules = new AddressRulesMixIn(
				blocks("127.0.0.0/29 10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6"),
				blocks("127.0.0.4 127.0.0.2/31"));
		try (LogLines log = LogLines.warnings();
				TestServer server = TestServer.with(Strategy.THREAD).over(rules).start(Script.UPPER)) {
			for (String refused : new String[] { "127.0.0.3", "127.0.0.9", "127.0.0.4", "127.0.0.10" }) {
				try (Client client = Client.connectFrom(refused, server.server().serverAddress())) {
					assertThat(client.end()).isEqualTo(Client.End.ORDERLY);
				}
			}
			assertThat(log.of(server)).hasSize(2);
			assertThat(log.of(server).get(0)).contains("127.0.0.3:", ": it is in 127.0.0.2/31, which is denied");
			assertThat(log.of(server).get(1)).contains("127.0.0.9:",
					": it is in none of the blocks that are allowed (127.0.0.0/29, 10.0.0.1/32, 10.0.0.2/32,"
							+ " 10.0.0.3/32, 10.0.0.4/32 and 2 more)");
		}
	}

	@Test
	void oneAddressCannotTakeThePlacesOfOthers() throws Exception {
		PerAddressLimitMixIn limit = new PerAddressLimitMixIn(3);
		try (TestServer server = TestServer.with(Strategy.THREAD).over(limit).start(Script.UPPER)) {
			List<Client> floods = new ArrayList<>();
			for (int i = 0; i < 200; i++) {
				floods.add(Client.connectFrom("127.0.0.2", server.server().serverAddress()));
			}
			Await.until(() -> server.server().statistics().refused() == 197, "the refusals");
			for (int i = 3; i < 250; i += 10) {
				try (Client other = Client.connectFrom("127.0.0." + i, server.server().serverAddress())) {
					assertThat(other.ask("in")).isEqualTo("IN");
				}
			}
			assertThat(limit.activeRequests(InetAddress.getByName("127.0.0.2"))).isEqualTo(3);
			for (Client flood : floods) {
				flood.close();
			}
			server.awaitQuiet();
			assertThat(limit.activeRequests(InetAddress.getByName("127.0.0.2"))).isZero();
			assertThat(Client.connectFrom("127.0.0.2", server.server().serverAddress()).ask("in")).isEqualTo("IN");
		}
	}

	@Test
	void aPlaceThatGetsFreeIsUsed() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD)
			.over(new PerAddressLimitMixIn(1))
			.start(Script.UPPER)) {
			for (int i = 0; i < 50; i++) {
				try (Client client = server.connect()) {
					assertThat(client.ask("in")).isEqualTo("IN");
				}
				server.awaitQuiet();
			}
			assertThat(server.server().statistics().refused()).isZero();
		}
	}

	@Test
	void limitsWholeBlocks() throws Exception {
		PerAddressLimitMixIn perAddress = new PerAddressLimitMixIn(2);
		PerAddressLimitMixIn perBlock = new PerAddressLimitMixIn(3, 24, 48);
		try (TestServer server = TestServer.with(Strategy.THREAD).over(perAddress, perBlock).start(Script.UPPER)) {
			List<Client> open = new ArrayList<>();
			for (String from : new String[] { "127.0.5.1", "127.0.5.1", "127.0.5.2" }) {
				Client client = Client.connectFrom(from, server.server().serverAddress());
				assertThat(client.ask("in")).isEqualTo("IN");
				open.add(client);
			}
			for (String from : new String[] { "127.0.5.1", "127.0.5.3" }) {
				try (Client refused = Client.connectFrom(from, server.server().serverAddress())) {
					assertThat(refused.end()).isEqualTo(Client.End.ORDERLY);
				}
			}
			// What the inner limit refused does not count with the outer one.
			Await.until(() -> perAddress.activeRequests(InetAddress.getByName("127.0.5.3")) == 0, "no place is taken");
			try (Client other = Client.connectFrom("127.0.6.1", server.server().serverAddress())) {
				assertThat(other.ask("in")).isEqualTo("IN");
			}
			for (Client client : open) {
				client.close();
			}
			server.awaitQuiet();
			assertThat(server.server().statistics().closed(CloseReason.REFUSED)).isEqualTo(2);
		}
	}

	@Test
	void refusesNonsense() {
		assertThatIllegalArgumentException().isThrownBy(() -> new PerAddressLimitMixIn(0)).withMessageContaining("0");
		assertThatIllegalArgumentException().isThrownBy(() -> new PerAddressLimitMixIn(1, 33, 64))
			.withMessageContaining("IPv4 prefix");
		assertThatIllegalArgumentException().isThrownBy(() -> new PerAddressLimitMixIn(1, 32, 129))
			.withMessageContaining("IPv6 prefix");
	}

}
