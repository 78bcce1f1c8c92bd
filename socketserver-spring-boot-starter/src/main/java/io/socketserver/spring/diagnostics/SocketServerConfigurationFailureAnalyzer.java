package io.socketserver.spring.diagnostics;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Shows what is wrong with the application's servers and handlers.
 */
final class SocketServerConfigurationFailureAnalyzer
		extends AbstractFailureAnalyzer<SocketServerConfigurationException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, SocketServerConfigurationException cause) {
		return new FailureAnalysis(cause.getMessage() + ".", cause.action() + ".", cause);
	}

}
