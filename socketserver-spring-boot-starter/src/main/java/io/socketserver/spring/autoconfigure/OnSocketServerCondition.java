package io.socketserver.spring.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

import io.socketserver.BaseServer;

/**
 * Whether there is anything to serve: a handler, a server bean, or a server that is
 * configured and so lacks a handler.
 */
class OnSocketServerCondition extends SpringBootCondition implements ConfigurationCondition {

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Socket server");
		List<String> found = new ArrayList<>();
		ConfigurableListableBeanFactory beanFactory = context.getBeanFactory();
		if (beanFactory != null) {
			found.addAll(HandlerBeans.find(beanFactory).keySet());
			found.addAll(List.of(beanFactory.getBeanNamesForType(BaseServer.class, true, false)));
		}
		found.addAll(configured(context.getEnvironment()));
		if (found.isEmpty()) {
			return ConditionOutcome.noMatch(message.because("there is no bean with @RequestHandler, no bean of type"
					+ " io.socketserver.BaseServer, and no server is configured (socketserver.servers.<name>.*,"
					+ " socketserver.port, socketserver.address or socketserver.name)"));
		}
		return ConditionOutcome.match(message.foundExactly(found.toArray()));
	}

	private static List<String> configured(Environment environment) {
		List<String> found = new ArrayList<>();
		Binder.get(environment)
			.bind("socketserver.servers", Bindable.mapOf(String.class, Object.class))
			.ifBound((servers) -> servers.keySet().forEach((name) -> found.add("socketserver.servers." + name)));
		Stream.of("socketserver.port", "socketserver.address", "socketserver.name")
			.filter(environment::containsProperty)
			.forEach(found::add);
		return found;
	}

}
