package io.socketserver.spring.autoconfigure;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;

import io.socketserver.message.MessageHandler;
import io.socketserver.message.MessageHandlerFactory;

/**
 * The bean of each connection: a prototype is destroyed when its connection has ended, a
 * singleton is shared by all. May be called from any thread.
 */
final class BeanMessageHandlerFactory implements MessageHandlerFactory<Object, Object> {

	private final ConfigurableBeanFactory beanFactory;

	private final String beanName;

	private final boolean shared;

	BeanMessageHandlerFactory(ConfigurableBeanFactory beanFactory, String beanName) {
		this.beanFactory = beanFactory;
		this.beanName = beanName;
		this.shared = beanFactory.isSingleton(beanName);
	}

	// The codec was chosen by the handler's types.
	@Override
	@SuppressWarnings("unchecked")
	public MessageHandler<Object, Object> newHandler() {
		return this.beanFactory.getBean(this.beanName, MessageHandler.class);
	}

	@Override
	public void release(MessageHandler<Object, Object> handler) {
		if (!this.shared) {
			BeanHandlerFactory.destroy(this.beanFactory, this.beanName, handler);
		}
	}

	@Override
	public String toString() {
		return "bean '" + this.beanName + "'";
	}

}
