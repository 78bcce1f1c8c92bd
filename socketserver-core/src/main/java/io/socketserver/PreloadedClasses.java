package io.socketserver;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;

/**
 * Loads the library's classes before they are needed. Loading one may take a file
 * descriptor, and the JVM remembers for ever that it failed: a class that is first needed
 * when descriptors have run out, such as a timer, would stay missing after they are back.
 */
final class PreloadedClasses {

	private static final Logger logger = System.getLogger(BaseServer.class.getName());

	private static final String NAMES = """
			AcceptBackoff Acceptor Acceptor$Source Admission Admission$1 BaseServer BaseServer$1
			BindFailedException BindFailedException$Reason BindProblem DatagramBinding Drain Gate Lingerer
			Lingerer$Lingering PacketChannel PacketChannel$Sender PacketProxying PacketProxying$Refused
			PoolingTcpServer PoolingUdpServer PreloadedClasses ProxyAdmission ProxyAdmission$Awaited Receiver
			RequestHooks RequestHooks$Base ServerOptions ServerOptions$KeepAlive ServerState
			SocketServerException StreamServer TcpServer ThreadingTcpServer ThreadingUdpServer UdpOptions
			UdpOptions$LongPackets UdpServer UdpServer$Parts UnixSocketFile UnixStreamServer fork.Assignment
			fork.Backoff fork.BaseRelay fork.ForkOptions fork.FrameInput fork.FrameType fork.FrameType$Channel
			fork.HandlerApplication fork.HandlerFailedException fork.Heartbeats fork.Link fork.Link$Listener
			fork.Link$Listener$1 fork.LinkBuffers fork.PacketFrame fork.PacketRelay fork.PacketRelay$1
			fork.PacketSender fork.PrivateDirectory fork.PrivateDirectory$Opener fork.ProtocolException
			fork.Recycling fork.Relay fork.Relay$1 fork.RelayOpening fork.RelayWire fork.ResultFrame
			fork.SendFrame fork.SentFrame fork.SentFrame$1 fork.SentFrame$Outcome fork.Spawner fork.StartFrame
			fork.StartFrame$Named fork.TlsSummary fork.WaitFrame fork.Waiter fork.Worker fork.WorkerAcceptor
			fork.WorkerAcceptor$Greeting fork.WorkerAcceptor$Host fork.WorkerApplication fork.WorkerCommand
			fork.WorkerConnection fork.WorkerConnection$1 fork.WorkerConnection$Abort fork.WorkerDatagram
			fork.WorkerDiedException fork.WorkerEnd fork.WorkerExit fork.WorkerExit$1 fork.WorkerInfo
			fork.WorkerLoop fork.WorkerLoop$ResultSender fork.WorkerOutput fork.WorkerPool fork.WorkerProcess
			fork.WorkerProcess$1 fork.WorkerRequest fork.WorkerServer fork.WorkerServer$NoGate
			fork.WorkerSignals fork.WorkerState fork.WorkerStatistics fork.WorkerStream fork.WorkerTransport
			fork.Workers fork.Workers$Waiting
			framing.Bounds framing.DelimiterFraming framing.DelimiterFraming$Decoder framing.EnvelopeFraming
			framing.EnvelopeFraming$Decoder framing.FixedFraming framing.FixedFraming$1 framing.FrameDecoder
			framing.Framing framing.FramingException framing.LengthField framing.LengthField$1
			framing.LengthField$Format framing.LengthFieldFraming framing.LengthFieldFraming$1
			framing.LengthFieldFraming$Decoder framing.LineFraming framing.LineFraming$Decoder
			framing.OctetCountedFraming framing.OctetCountedFraming$Decoder framing.RawFraming
			framing.RawFraming$1 framing.Scan internal.DescriptorLimit internal.Episode internal.IpLiteral
			internal.LogLimit internal.Lookalike internal.LostPeers internal.NamedPool internal.Printable
			internal.Refusals internal.UdpSockets internal.UdpSockets$Row internal.VirtualThreads
			loop.LoopCommand loop.LoopTimer loop.LoopWatchdog loop.Selectable loop.SelectorLoop loop.Timers
			message.Backlog message.BaseMessageConnection message.BufferCodec message.BytesCodec message.Codec
			message.DatagramSession message.DatagramSessions message.DatagramSessions$TurnHandler
			message.Deadlines message.EncodedMessage message.Gathering message.HandlerExecution message.Inflow
			message.KeptBytes message.LoopConnection message.LoopConnection$1 message.LoopDriver
			message.LoopDriver$Step message.LoopOpening message.MessageConnection message.MessageHandler
			message.MessageHandlerFactory message.MessageLoop message.MessageLoop$Buffers
			message.MessageRequestHandler message.MessageService message.OffLoopDriver message.OnLoopDriver
			message.Outbound message.Outbound$Outcome message.Overrides message.Overrides$1
			message.PendingReplies message.PendingReplies$Slot message.SendResult message.StringCodec
			message.ThreadMessageConnection message.Turn message.Turn$Call message.Turn$State
			message.WriteLimits mixin.AcceptLimit mixin.AddressRulesMixIn mixin.AddressRulesMixIn$Rule
			mixin.ForkingMixIn mixin.LimitingMixIn mixin.MultiplexingMixIn mixin.OverflowPolicy
			mixin.PerAddressLimitMixIn mixin.PoolingMixIn mixin.ThreadUse mixin.ThreadingMixIn
			proxy.ForbiddenHeader proxy.GuardedWire proxy.ProxyHeader proxy.ProxyHeaderException
			proxy.ProxyProtocol proxy.ProxySsl proxy.ProxyTlvs proxy.ProxyTlvs$Tlv proxy.ProxyV1 proxy.ProxyV2
			proxy.PushbackWire request.AcceptGate request.Addresses request.AttributeKey request.BaseConnection
			request.BaseOpening request.BaseOpening$Computing request.BaseRequest request.BaseRequest$Several
			request.BaseRequestHandler request.Cidr request.CloseReason request.Connection
			request.ConnectionClosedException request.ConnectionDriver request.ConnectionState
			request.ConnectionWatch request.Connections request.DatagramDriver request.DatagramDrop
			request.DatagramOptions request.DatagramOutput request.DatagramRequest
			request.DatagramRequestHandler request.DatagramTooLongException request.Datagrams request.DrainCount
			request.DrainReport request.Exchange request.HandshakeOutcome request.HandshakeOutcome$1
			request.IdleHandler request.Layer request.LineTooLongException request.MixIn request.PassingOn
			request.PlainWire request.ReplyBuffer request.Request request.RequestCycle request.RequestHandler
			request.RequestHandlerFactory request.RequestInputStream request.RequestOrigin
			request.RequestOutcome request.RequestOutputStream request.RequestOutputStream$Step
			request.RequestRefusedException request.ServerContext request.ServerListener
			request.ServerStatistics request.ServerStatistics$1 request.StopServing request.StreamOptions
			request.StreamRequest request.StreamRequest$1 request.StreamRequestHandler request.ThreadDriver
			request.ThreadDriver$Attempt request.TlsWire request.TlsWire$Below request.UnixPeerAddress
			request.Watched request.Wire tls.Buffers tls.Carrier tls.ClientAuth tls.ClientHello tls.Handshake
			tls.Handshake$1 tls.Intake tls.NamingTrustManager tls.NamingTrustManager$Check tls.Outlet
			tls.RefusedCertificateException tls.TlsChannel tls.TlsChannel$1 tls.TlsContext tls.TlsException
			tls.TlsException$Problem tls.TlsOptions tls.TlsSession
			""";

	static {
		names().forEach(PreloadedClasses::load);
	}

	private PreloadedClasses() {
	}

	/**
	 * Loads them. No effect the second time.
	 */
	static void load() {
		// The work is done by the class's own initialization.
	}

	/**
	 * All classes of the library.
	 * @return names below this package
	 */
	static List<String> names() {
		return List.of(NAMES.strip().split("\\s+"));
	}

	private static void load(String name) {
		try {
			Class.forName(BaseServer.class.getPackageName() + "." + name, true, BaseServer.class.getClassLoader());
		}
		catch (ClassNotFoundException | LinkageError ex) {
			// For example left out of a native image: whoever needs it will say so.
			logger.log(Level.DEBUG, "Cannot load " + name + " early", ex);
		}
	}

}
