package io.socketserver.benchmarks.micro;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import io.socketserver.framing.FrameDecoder;
import io.socketserver.framing.Framing;
import io.socketserver.framing.FramingException;
import io.socketserver.framing.LengthField;

/**
 * Finding and writing frames in a direct buffer, as a loop has it. To be run with
 * {@code -prof gc}: no frame may cost an object.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
@NullUnmarked
public class FramingBenchmark {

	private static final int FRAMES = 16;

	private static final int MAX = 8192;

	/**
	 * The framing.
	 */
	@Param({ "line", "length-field" })
	public String framing;

	/**
	 * Bytes of a payload.
	 */
	@Param({ "60", "4000" })
	public int size;

	private Framing frames;

	private FrameDecoder decoder;

	private ByteBuffer payload;

	private ByteBuffer in;

	private ByteBuffer out;

	/**
	 * Writes the frames that will be found.
	 * @throws FramingException never
	 */
	@Setup
	public void prepare() throws FramingException {
		this.frames = "line".equals(this.framing) ? Framing.line(MAX)
				: Framing.lengthField(LengthField.bytes(Integer.BYTES).withMaxFrameSize(MAX));
		this.decoder = this.frames.newDecoder();
		this.payload = ByteBuffer.allocateDirect(this.size);
		while (this.payload.hasRemaining()) {
			this.payload.put((byte) ('a' + this.payload.position() % 26));
		}
		int frame = this.size + this.frames.overhead();
		this.in = ByteBuffer.allocateDirect(FRAMES * frame);
		this.out = ByteBuffer.allocateDirect(FRAMES * frame);
		for (int i = 0; i < FRAMES; i++) {
			this.frames.encode(this.payload.flip(), this.in);
		}
	}

	/**
	 * Finds all frames of a read.
	 * @return something that depends on all of them
	 * @throws FramingException never
	 */
	@Benchmark
	@OperationsPerInvocation(FRAMES)
	public int decode() throws FramingException {
		int bytes = 0;
		int end = this.in.position();
		for (int from = 0; from < end;) {
			from = this.decoder.decode(this.in, from, end);
			bytes += this.decoder.payloadEnd() - this.decoder.payloadStart();
		}
		return bytes;
	}

	/**
	 * Writes as many frames.
	 * @return where the last ends
	 * @throws FramingException never
	 */
	@Benchmark
	@OperationsPerInvocation(FRAMES)
	public int encode() throws FramingException {
		this.out.clear();
		for (int i = 0; i < FRAMES; i++) {
			this.frames.encode(this.payload.rewind(), this.out);
		}
		return this.out.position();
	}

}
