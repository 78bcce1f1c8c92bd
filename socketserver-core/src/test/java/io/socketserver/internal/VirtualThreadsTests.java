package io.socketserver.internal;

import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.socketserver.mixin.ThreadingMixIn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * {@link VirtualThreads}.
 */
@Timeout(60)
class VirtualThreadsTests {

	@Test
	void areThereFromJdk21On() {
		assertThat(VirtualThreads.supported()).isEqualTo(Runtime.version().feature() >= 21);
	}

	@Test
	void areRefusedBeforeWithAMessageThatSaysWhatToDo() {
		Assumptions.assumeFalse(VirtualThreads.supported(), "this JDK has virtual threads");
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(ThreadingMixIn::virtual)
			.withMessageContaining("JDK 21")
			.withMessageContaining(System.getProperty("java.version"))
			.withMessageContaining("concurrency: thread");
	}

	@Test
	void runAndHaveTheirName() {
		Assumptions.assumeTrue(VirtualThreads.supported(), "virtual threads need JDK 21");
		CompletableFuture<String> name = new CompletableFuture<>();
		VirtualThreads.unstarted("a name", () -> name.complete(Thread.currentThread().getName())).start();
		assertThat(name.join()).isEqualTo("a name");
	}

}
