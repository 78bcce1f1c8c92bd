package io.socketserver;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The names users can use: row 25 of CPython's suite. Whoever adds or removes one says so
 * here.
 */
class ApiSurfaceTests {

	private static final Map<String, String> PUBLIC = Map.of("io.socketserver", """
			BaseServer BindFailedException BindFailedException$Reason PoolingTcpServer PoolingUdpServer ServerOptions
			ServerOptions$KeepAlive ServerState SocketServerException TcpServer ThreadingTcpServer ThreadingUdpServer
			UdpOptions UdpOptions$LongPackets UdpServer UnixStreamServer
			""", "io.socketserver.framing", """
			FrameDecoder Framing FramingException LengthField LengthField$Format
			""", "io.socketserver.mixin",
			"""
					AddressRulesMixIn ForkingMixIn LimitingMixIn MultiplexingMixIn OverflowPolicy PerAddressLimitMixIn PoolingMixIn ThreadUse
					ThreadingMixIn
					""",
			"io.socketserver.fork",
			"""
					ForkOptions HandlerFailedException Worker WorkerApplication WorkerCommand WorkerDiedException WorkerEnd
					WorkerInfo WorkerPool WorkerState WorkerStatistics
					""",
			"io.socketserver.message",
			"""
					Codec DatagramSessions EncodedMessage HandlerExecution MessageConnection MessageHandler MessageHandlerFactory MessageLoop
					MessageService SendResult WriteLimits
					""",
			"io.socketserver.request",
			"""
					AcceptGate Addresses AttributeKey BaseConnection BaseOpening BaseRequest BaseRequestHandler Cidr CloseReason Connection ConnectionClosedException
					ConnectionDriver ConnectionState Connections DatagramDriver DatagramDrop DatagramOptions DatagramOutput DatagramRequest
					DatagramRequestHandler DatagramTooLongException DrainReport HandshakeOutcome IdleHandler LineTooLongException MixIn
					ReplyBuffer Request
					RequestCycle RequestHandler RequestHandlerFactory RequestInputStream RequestOrigin RequestOutcome RequestOutputStream
					RequestRefusedException ServerContext ServerListener ServerStatistics StopServing StreamOptions
					StreamRequest StreamRequestHandler UnixPeerAddress Wire
					""",
			"io.socketserver.proxy", """
					GuardedWire ProxyHeader ProxyHeaderException ProxyProtocol ProxySsl ProxyTlvs PushbackWire
					""", "io.socketserver.loop", """
					LoopCommand LoopTimer LoopWatchdog Selectable SelectorLoop
					""", "io.socketserver.tls",
			"""
					Carrier ClientAuth NamingTrustManager TlsChannel TlsContext TlsException TlsException$Problem TlsOptions TlsSession
					""");

	@Test
	void isExactlyThis() {
		Map<String, List<String>> actual = new TreeMap<>(
				new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
					.importPackages("io.socketserver")
					.stream()
					.filter((type) -> !type.getPackageName().equals("io.socketserver.internal"))
					.filter(ApiSurfaceTests::isPublic)
					.collect(Collectors.groupingBy(JavaClass::getPackageName,
							Collectors.mapping(ApiSurfaceTests::nameInPackage, Collectors.toList()))));
		assertThat(actual).containsOnlyKeys(PUBLIC.keySet());
		PUBLIC.forEach((name, types) -> assertThat(actual.get(name)).as(name)
			.containsExactlyInAnyOrder(types.trim().split("\\s+")));
	}

	private static String nameInPackage(JavaClass type) {
		return type.getName().substring(type.getPackageName().length() + 1);
	}

	private static boolean isPublic(JavaClass type) {
		return type.getModifiers().contains(JavaModifier.PUBLIC)
				&& type.getEnclosingClass().map(ApiSurfaceTests::isPublic).orElse(true);
	}

}
