package io.socketserver.spring.autoconfigure;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

import io.socketserver.message.MessageHandler;
import io.socketserver.mixin.MultiplexingMixIn;
import io.socketserver.request.DatagramRequestHandler;
import io.socketserver.request.MixIn;
import io.socketserver.request.RequestHandlerFactory;
import io.socketserver.request.StreamRequestHandler;
import io.socketserver.spring.RequestHandler;
import io.socketserver.spring.diagnostics.AmbiguousHandlerException;
import io.socketserver.spring.diagnostics.BlockingHandlerException;
import io.socketserver.spring.diagnostics.MissingHandlerException;
import io.socketserver.spring.diagnostics.NotARequestHandlerException;
import io.socketserver.spring.diagnostics.SharedHandlerException;
import io.socketserver.spring.diagnostics.UnknownServerException;
import io.socketserver.spring.diagnostics.WrongHandlerKindException;

/**
 * The beans with {@link RequestHandler}, and which server each is for.
 */
final class HandlerBeans {

	private final ConfigurableListableBeanFactory beanFactory;

	private final MessageBeans messages;

	// The servers that each handler bean names.
	private final Map<String, List<String>> serversByHandler = new LinkedHashMap<>();

	/**
	 * Finds them. None is made yet.
	 * @param beanFactory makes them
	 */
	HandlerBeans(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
		this.messages = new MessageBeans(beanFactory);
		find(beanFactory).forEach((bean, annotation) -> {
			requireHandlerType(bean);
			requireScope(bean);
			this.serversByHandler.put(bean, List.of(annotation.value()));
		});
	}

	/**
	 * The annotations of handler beans, by bean name. Makes no bean, not even a factory.
	 */
	static Map<String, RequestHandler> find(ConfigurableListableBeanFactory beanFactory) {
		Map<String, RequestHandler> found = new LinkedHashMap<>();
		for (String bean : beanFactory.getBeanDefinitionNames()) {
			if (!ScopedProxyUtils.isScopedTarget(bean) && !beanFactory.getBeanDefinition(bean).isAbstract()) {
				RequestHandler annotation = beanFactory.findAnnotationOnBean(bean, RequestHandler.class, false);
				if (annotation != null) {
					found.put(bean, annotation);
				}
			}
		}
		return found;
	}

	private void requireHandlerType(String bean) {
		Class<?> type = this.beanFactory.getType(bean, false);
		if (type == null || !(io.socketserver.request.RequestHandler.class.isAssignableFrom(type)
				|| MessageHandler.class.isAssignableFrom(type))) {
			throw new NotARequestHandlerException(bean, (type != null) ? type.getName() : "(unknown)");
		}
	}

	private boolean isMessageHandler(String bean) {
		return this.beanFactory.isTypeMatch(bean, MessageHandler.class);
	}

	/**
	 * A message handler may be shared, since its calls name their connection; but not by
	 * a proxy that looks for another object in each call.
	 */
	private void requireScope(String bean) {
		boolean shareable = isMessageHandler(bean) && this.beanFactory.isSingleton(bean)
				&& !this.beanFactory.containsBeanDefinition(ScopedProxyUtils.getTargetBeanName(bean));
		if (!shareable && !this.beanFactory.isPrototype(bean)) {
			String scope = this.beanFactory.containsBeanDefinition(bean)
					? this.beanFactory.getMergedBeanDefinition(bean).getScope() : null;
			throw new SharedHandlerException(bean,
					(scope != null && !scope.isEmpty()) ? scope : ConfigurableBeanFactory.SCOPE_SINGLETON);
		}
	}

	/**
	 * Fails if a handler is for a server that does not exist.
	 * @param known the names of all servers
	 */
	void requireKnown(Collection<String> known) {
		this.serversByHandler.forEach((handler, servers) -> servers.forEach((server) -> {
			if (!known.contains(server)) {
				throw new UnknownServerException(handler, server, known);
			}
		}));
	}

	/**
	 * The handler of a server: the one that names it, or else the one that names none.
	 * @param server what is configured of it
	 * @return makes handlers
	 */
	RequestHandlerFactory factory(ServerConfig server) {
		String handler = handler(server);
		return isMessageHandler(handler) ? this.messages.service(handler, server)
				: new BeanHandlerFactory(this.beanFactory, handler);
	}

	/**
	 * Fails if a server is multiplexed whose handler blocks.
	 * @param server what is configured of it
	 * @param mixIns its mix-ins
	 */
	void requireThread(ServerConfig server, List<MixIn> mixIns) {
		String handler = handler(server);
		if (!isMessageHandler(handler) && mixIns.stream().anyMatch(MultiplexingMixIn.class::isInstance)) {
			throw new BlockingHandlerException(server.name(), handler,
					server.find("concurrency", ServerSettings::getConcurrency)
						.map(Setting::property)
						.orElse(server.prefix() + "concurrency"));
		}
	}

	/**
	 * The keys that depend on the handler.
	 */
	List<ConditionalKey> keys() {
		return MessageBeans.keys(this::whyNotFramed);
	}

	private Optional<String> whyNotFramed(ServerConfig server) {
		String handler = handler(server);
		if (!isMessageHandler(handler)) {
			return Optional.of("the handler '" + handler + "' of the socket server '" + server.name()
					+ "' is no MessageHandler; have it implement io.socketserver.message.MessageHandler");
		}
		return TransportKeys.isUdp(server) ? Optional.of("the transport of the socket server '" + server.name()
				+ "' is udp, where each datagram is a message; set transport to tcp") : Optional.empty();
	}

	private String handler(ServerConfig server) {
		List<String> candidates = naming(server.name());
		if (candidates.isEmpty()) {
			candidates = namingNone();
		}
		if (candidates.size() > 1) {
			throw new AmbiguousHandlerException(server.name(), candidates);
		}
		if (candidates.isEmpty()) {
			String prefix = server.prefix();
			throw new MissingHandlerException(server.name(), prefix.substring(0, prefix.length() - 1));
		}
		requireKind(candidates.get(0), server);
		return candidates.get(0);
	}

	/**
	 * Fails if a server cannot call its handler.
	 */
	private void requireKind(String bean, ServerConfig server) {
		Class<?> type = this.beanFactory.getType(bean, false);
		if (type == null) {
			return;
		}
		WrongHandlerKindException.Place place = new WrongHandlerKindException.Place(bean, type.getName(), server.name(),
				TransportKeys.property(server), server.prefix() + "udp.sessions");
		boolean udp = TransportKeys.isUdp(server);
		boolean datagrams = DatagramRequestHandler.class.isAssignableFrom(type);
		if (udp && StreamRequestHandler.class.isAssignableFrom(type)) {
			throw TransportKeys.hasSessions(server) ? WrongHandlerKindException.streamForSessions(place)
					: WrongHandlerKindException.streamForUdp(place);
		}
		if (!udp && datagrams) {
			throw WrongHandlerKindException.datagramForStream(place);
		}
		if (udp && isMessageHandler(bean) && !TransportKeys.hasSessions(server)) {
			throw WrongHandlerKindException.messagesWithoutSessions(place);
		}
		if (udp && !isMessageHandler(bean) && TransportKeys.hasSessions(server)) {
			throw WrongHandlerKindException.sessionsWithoutMessages(place);
		}
	}

	private List<String> naming(String server) {
		List<String> found = new ArrayList<>();
		this.serversByHandler.forEach((handler, servers) -> {
			if (servers.contains(server)) {
				found.add(handler);
			}
		});
		return found;
	}

	private List<String> namingNone() {
		List<String> found = new ArrayList<>();
		this.serversByHandler.forEach((handler, servers) -> {
			if (servers.isEmpty()) {
				found.add(handler);
			}
		});
		return found;
	}

}
